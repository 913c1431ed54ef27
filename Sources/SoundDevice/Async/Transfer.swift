internal import Platform

extension StreamSession {
  /// Reads or writes on one of the stream's threads, without blocking a thread of the pool.
  ///
  /// A task whose turn has not come when it is cancelled, or when its time is over, leaves at once.
  ///
  /// - Parameters:
  ///   - timeout: In seconds from now; nil waits without limit.
  ///   - body: Gets the seconds that are left, and whether the task is cancelled.
  func transfer<Value: Sendable>(
    on thread: WorkerThread, _ operation: String, timeout: Double?,
    _ body:
      @escaping @Sendable (_ timeout: Double?, _ isCancelled: () -> Bool) throws(PortAudioError) ->
      Value
  ) async -> Result<Value, PortAudioError> {
    let turn = Turn<Value>(operation)
    let start = monotonicSeconds()
    let alarm = timeout.map { seconds in
      Task {
        try await Task.sleep(for: .seconds(max(0, min(seconds, 1e9))))
        turn.leave(.timedOut)
      }
    }
    defer { alarm?.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard turn.wait(continuation) else { return }
        thread.post {
          let left = timeout.map { max(0, $0 - (monotonicSeconds() - start)) }
          turn.take { isCancelled throws(PortAudioError) in try body(left, isCancelled) }
        }
      }
    } onCancel: {
      turn.cancel()
      wake()
    }
  }
}

/// A task's turn on a thread: it can leave before its turn, and is interrupted during it.
private final class Turn<Value: Sendable>: Sendable {
  private typealias Answer = CheckedContinuation<Result<Value, PortAudioError>, Never>

  private enum State {
    case new
    case waiting(Answer)
    case begun
    case left(PortAudioError.Code)
  }

  private let operation: String
  private let state = Guarded(State.new)
  private let isCancelled = AtomicFlag()

  init(_ operation: String) { self.operation = operation }

  /// Starts to wait; false if it left before.
  func wait(_ answer: CheckedContinuation<Result<Value, PortAudioError>, Never>) -> Bool {
    let code: PortAudioError.Code? = state.withLock { state in
      if case .left(let code) = state { return code }
      state = .waiting(answer)
      return nil
    }
    if let code { answer.resume(returning: .failure(PortAudioError(code, operation))) }
    return code == nil
  }

  func take(_ body: (_ isCancelled: () -> Bool) throws(PortAudioError) -> Value) {
    let answer: Answer? = state.withLock { state in
      guard case .waiting(let answer) = state else { return nil }
      state = .begun
      return answer
    }
    guard let answer else { return }
    answer.resume(
      returning: Result { () throws(PortAudioError) in try body { isCancelled.isSet } })
  }

  func cancel() {
    isCancelled.set()
    leave(.cancelled)
  }

  /// Leaves, unless the turn has begun.
  func leave(_ code: PortAudioError.Code) {
    let answer: Answer? = state.withLock { state in
      switch state {
      case .begun, .left: return nil
      case .new:
        state = .left(code)
        return nil
      case .waiting(let answer):
        state = .left(code)
        return answer
      }
    }
    answer?.resume(returning: .failure(PortAudioError(code, operation)))
  }
}
