internal import Platform

/// A thread on which one blocking call after the other is made for callers that must not block.
///
/// It starts with the first call and ends a second after the last.
final class BlockingThread: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isRunning = false
  }

  private let state = Guarded(State())
  private let bell = Semaphore()

  /// Calls `body` on this thread and gives its result, while this task holds no thread.
  func result<Value: Sendable>(
    of body: @escaping @Sendable () throws(PortAudioError) -> Value
  ) async -> Result<Value, PortAudioError> {
    await withCheckedContinuation { continuation in
      enqueue { continuation.resume(returning: Result(catching: body)) }
    }
  }

  private func enqueue(_ job: @escaping @Sendable () -> Void) {
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { startThread(named: "sd-blocking") { [self] in serve() } }
    bell.post()
  }

  private func serve() {
    while true {
      if let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) {
        job()
      } else if !bell.wait(seconds: 1) {
        let isOver = state.withLock { state in
          state.isRunning = !state.jobs.isEmpty
          return state.jobs.isEmpty
        }
        if isOver { return }
      }
    }
  }
}
