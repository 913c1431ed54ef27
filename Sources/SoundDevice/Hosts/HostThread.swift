internal import CRealtime
internal import Platform
internal import Synchronization

/// The one thread that makes every call into a host, with a deadline.
///
/// A host whose server has died may never return from a call. So callers never call a host
/// themselves: they submit a job and wait with a limit. After a missed limit the host counts as not
/// answering: every caller gets ``PortAudioError/Code/hostLost`` at once, until the late answer
/// restores the host. A host on which a library has aborted stays dead.
final class HostThread: Sendable {
  private struct State {
    /// The number of jobs begun, and the time limit of the last one.
    var begun = 0
    var limit = 0.0
  }

  let kind: HostKind
  private let host: any Host
  private let worker: WorkerThread
  private let state = Guarded(State())
  private let silent = AtomicFlag()
  private let dead = AtomicFlag()
  private let hadLoss = AtomicFlag()
  /// Open streams; the device list is not refreshed while there are any.
  let openStreamCount = Atomic<Int>(0)
  private let generationCount = Atomic<Int>(0)

  /// - Parameter lingering: Seconds after its last job at which the thread ends. By default it never
  ///   does: a host may be bound to its thread.
  init(_ kind: HostKind, name: String, host: any Host, lingering: Double = .infinity) {
    self.kind = kind
    self.host = host
    worker = WorkerThread(named: name, lingering: lingering)
  }

  /// Whether the host does not answer, temporarily or permanently.
  var isLost: Bool { silent.isSet || isDead }

  /// Whether no call will ever return.
  var isDead: Bool {
    if !dead.isSet, host.hasDied { dead.set() }
    return dead.isSet
  }

  /// Whether a stream was ever lost here, or the host ever failed to answer.
  var everLost: Bool { hadLoss.isSet || isLost }

  /// Records that a stream was lost.
  func noteLoss() { hadLoss.set() }

  /// How many times the host has refreshed its devices; devices listed earlier are stale.
  var generation: Int { generationCount.load(ordering: .acquiring) }

  /// Makes all devices listed so far stale.
  func advanceGeneration() { generationCount.add(1, ordering: .releasing) }

  /// Runs `body` on the host's thread and waits for it.
  ///
  /// - Parameters:
  ///   - limit: In seconds from its beginning; nil for ``Defaults/hostPatience``. Time during which
  ///     this process is stopped does not count.
  ///   - late: Called on the host's thread with a value whose caller no longer waits.
  func call<Value: Sendable>(
    _ operation: String, limit: Double? = nil, extra: Double = 0,
    late: @escaping @Sendable (Value) -> Void = { _ in },
    _ body: @escaping @Sendable (any Host) throws(PortAudioError) -> Value
  ) throws(PortAudioError) -> Value {
    try PortAudioError.refuseInCallback(operation)
    guard !isLost else { throw lost(operation) }
    let limit = max(0, limit ?? Defaults.current.hostPatience.inSeconds) + extra
    let outcome = Outcome<Value>()
    let started = AtomicFlag()
    post(limit: limit) { host in
      // A caller that gave up before it began no longer wants it.
      guard outcome.begin() else { return }
      started.set()
      let result = Result { () throws(PortAudioError) in try body(host) }
      if !outcome.set(result), case .success(let value) = result { late(value) }
    }
    var remaining = Timeout(seconds: limit)
    var jobAhead = -1
    var remainingAhead = Timeout(seconds: nil)
    while true {
      let slice: Double?
      if started.isSet {
        slice = remaining.next()
      } else {
        // The job ahead may hang, and it may have no other waiter.
        let (begun, limitAhead) = state.withLock { ($0.begun, $0.limit) }
        if begun != jobAhead {
          jobAhead = begun
          remainingAhead = Timeout(seconds: max(limit, limitAhead))
        }
        slice = remainingAhead.next()
      }
      if let slice, outcome.latch.wait(seconds: slice), let result = outcome.take() {
        return try result.get()
      }
      guard slice == nil || isDead else { continue }
      // Do this first, so that an answer from now on restores the host.
      markSilent()
      if let result = outcome.abandon() {
        noteAnswer()
        return try result.get()
      }
      throw lost(operation)
    }
  }

  private func lost(_ operation: String) -> PortAudioError {
    var error = PortAudioError(.hostLost, operation)
    if isDead {
      error.hostError = .init(code: 0, text: "only a new process can use it again")
    }
    return error
  }

  private func markSilent() {
    hadLoss.set()
    silent.set()
  }

  private func noteAnswer() { silent.set(false) }

  /// Runs `body` on the host's thread later. Does not wait; but if the job takes longer than
  /// `limit` seconds, the next caller finds that the host does not answer.
  func post(limit: Double? = nil, _ body: @escaping @Sendable (any Host) -> Void) {
    guard !isDead else { return }
    let limit = limit ?? Defaults.current.hostPatience.inSeconds
    worker.post { [self] in
      state.withLock { state in
        state.begun += 1
        state.limit = limit
      }
      body(host)
      noteAnswer()
    }
  }
}

extension HostThread: Hashable {
  static func == (left: HostThread, right: HostThread) -> Bool { left === right }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The result of a job, whose caller may be gone.
private final class Outcome<Value: Sendable>: Sendable {
  private enum State {
    case waiting
    case done(Result<Value, PortAudioError>)
    case abandoned
  }

  let latch = Latch()
  private let state = Guarded(State.waiting)

  /// Whether the caller still waits.
  func begin() -> Bool {
    state.withLock { if case .abandoned = $0 { false } else { true } }
  }

  /// Stores the result; false if the caller no longer waits.
  func set(_ result: Result<Value, PortAudioError>) -> Bool {
    let isWanted = state.withLock { state in
      if case .abandoned = state { return false }
      state = .done(result)
      return true
    }
    latch.open()
    return isWanted
  }

  func take() -> Result<Value, PortAudioError>? {
    state.withLock { if case .done(let result) = $0 { result } else { nil } }
  }

  /// Gives up waiting, unless the result is there.
  func abandon() -> Result<Value, PortAudioError>? {
    state.withLock { state in
      if case .done(let result) = state { return result }
      state = .abandoned
      return nil
    }
  }
}

extension PortAudioError {
  /// Throws inside a stream's callback, which must not wait.
  static func refuseInCallback(_ operation: String) throws(PortAudioError) {
    if sd_thread_is_in_callback() { throw PortAudioError(.calledInCallback, operation) }
  }
}
