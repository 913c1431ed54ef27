internal import Platform

/// A thread of the library: it starts with its first job, runs jobs in order, and ends when it has
/// had none for a while.
final class WorkerThread: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isRunning = false
    /// Woken since its last check.
    var isWoken = false
  }

  private let name: String
  private let lingering: Double
  private let idle: @Sendable () -> Double?
  private let state = Guarded(State())
  private let currentThread = ThreadIdentity()
  /// Post it to make a waiting thread check at once; the audio thread may.
  let bell = Semaphore()

  /// - Parameters:
  ///   - lingering: How long it waits for a job before it ends, in seconds.
  ///   - idle: Called whenever there is no job. Returns the seconds until the next call, or nil to
  ///     wait for ``wake()``.
  init(
    named name: String, lingering: Double = 1, idle: @escaping @Sendable () -> Double? = { nil }
  ) {
    self.name = name
    self.lingering = lingering
    self.idle = idle
  }

  /// Whether the caller runs on this thread.
  var isCurrent: Bool { currentThread.isCurrent }

  /// Runs `job` after those posted earlier. Does not wait.
  func post(_ job: @escaping @Sendable () -> Void) { begin { $0.jobs.append(job) } }

  /// Makes the thread call `idle` soon.
  func wake() { begin { $0.isWoken = true } }

  private func begin(_ change: (inout State) -> Void) {
    let isFirst = state.withLock { state in
      change(&state)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { startThread(named: name) { [self] in run() } }
    bell.post()
  }

  private func run() {
    currentThread.claim()
    defer { currentThread.release() }
    while true {
      if let job = nextJob() {
        job()
        continue
      }
      if let pause = idle() {
        if pause > 0 { bell.wait(seconds: pause) }
      } else if !bell.wait(seconds: lingering), endsIdle() {
        return
      }
    }
  }

  private func nextJob() -> (@Sendable () -> Void)? {
    state.withLock { state in
      state.isWoken = false
      return state.jobs.isEmpty ? nil : state.jobs.removeFirst()
    }
  }

  private func endsIdle() -> Bool {
    state.withLock { state in
      state.isRunning = state.isWoken || !state.jobs.isEmpty
      return !state.isRunning
    }
  }
}

extension WorkerThread {
  /// Runs `body` on this thread and returns its result, without blocking a thread of the pool.
  func result<Value: Sendable>(
    of body: @escaping @Sendable () throws(PortAudioError) -> Value
  ) async -> Result<Value, PortAudioError> {
    await withCheckedContinuation { continuation in
      post { continuation.resume(returning: Result(catching: body)) }
    }
  }
}
