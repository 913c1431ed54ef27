internal import Platform
internal import Synchronization

/// The one thread on which every call into a host is made, with a deadline.
///
/// A host whose server died may never return from a call. So callers never call a host
/// themselves: they hand over a job and wait with a limit. After a missed limit the host is lost:
/// its thread may hang for ever, no further call is made, and every caller gets
/// ``PortAudioError/Code/hostLost``.
final class HostThread: Sendable {
  private struct Job {
    let body: @Sendable (any Host) -> Void
    let started: AtomicFlag
    /// How long it may take, in seconds.
    let limit: Double
  }

  private struct State {
    var jobs: [Job] = []
    var isRunning = false
    /// How many jobs have begun, and how long the last of them may take.
    var begun = 0
    var limit = 0.0
  }

  let kind: HostKind
  private let name: String
  private let host: any Host
  private let state = Guarded(State())
  private let wakeUp = Semaphore()
  private let lost = AtomicFlag()
  /// Open streams; a device list is not made again while there are any.
  let openStreamCount = Atomic<Int>(0)
  private let generationCount = Atomic<Int>(0)

  init(_ kind: HostKind, name: String, host: any Host) {
    self.kind = kind
    self.name = name
    self.host = host
  }

  var isLost: Bool { lost.isSet }

  /// From now on no call is made into this host.
  func markLost() { lost.set() }

  /// How often the host has looked for its devices again; devices listed before are stale.
  var generation: Int { generationCount.load(ordering: .acquiring) }

  /// Devices listed so far are stale.
  func advanceGeneration() { generationCount.add(1, ordering: .releasing) }

  /// Runs `body` on the host's thread and waits for it, at most `limit` seconds from when it
  /// began. Time during which this process was stopped does not count.
  func call<Value: Sendable>(
    _ operation: String, limit: Double,
    _ body: @escaping @Sendable (any Host) throws(PortAudioError) -> Value
  ) throws(PortAudioError) -> Value {
    guard !isLost else { throw PortAudioError(.hostLost, operation) }
    let outcome = Outcome<Value>()
    let started = AtomicFlag()
    enqueue(
      Job(
        body: { host in
          do throws(PortAudioError) { outcome.set(.success(try body(host))) } catch {
            outcome.set(.failure(error))
          }
        }, started: started, limit: limit))
    var remaining = Timeout(seconds: limit)
    var jobAhead = -1
    var remainingAhead = Timeout(seconds: nil)
    while true {
      let slice: Double?
      if started.isSet {
        slice = remaining.next()
      } else {
        // The job ahead may hang, and perhaps nobody else waits for it.
        let (begun, limitAhead) = state.withLock { ($0.begun, $0.limit) }
        if begun != jobAhead {
          jobAhead = begun
          remainingAhead = Timeout(seconds: max(limit, limitAhead))
        }
        slice = remainingAhead.next()
      }
      guard let slice else {
        markLost()
        throw PortAudioError(.hostLost, operation)
      }
      if outcome.latch.wait(seconds: slice), let result = outcome.take() {
        return try result.get()
      }
      guard !isLost else { throw PortAudioError(.hostLost, operation) }
    }
  }

  /// Runs `body` on the host's thread some time, or never if the host is lost. Does not wait; but
  /// if it takes longer than `limit` seconds, the next caller finds the host lost.
  func post(limit: Double, _ body: @escaping @Sendable (any Host) -> Void) {
    guard !isLost else { return }
    enqueue(Job(body: body, started: AtomicFlag(), limit: limit))
  }

  private func enqueue(_ job: Job) {
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { startThread(named: name) { [self] in serve() } }
    wakeUp.post()
  }

  private func serve() {
    while true {
      wakeUp.wait(seconds: 3600)
      while let job = nextJob() {
        guard !isLost else { continue }
        job.started.set()
        job.body(host)
      }
    }
  }

  private func nextJob() -> Job? {
    state.withLock { state in
      guard !state.jobs.isEmpty else { return nil }
      let job = state.jobs.removeFirst()
      state.begun += 1
      state.limit = job.limit
      return job
    }
  }
}

extension HostThread: Hashable {
  static func == (left: HostThread, right: HostThread) -> Bool { left === right }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Where a job leaves its result.
private final class Outcome<Value: Sendable>: Sendable {
  let latch = Latch()
  private let result = Guarded<Result<Value, PortAudioError>?>(nil)

  func set(_ value: Result<Value, PortAudioError>) {
    result.withLock { $0 = value }
    latch.open()
  }

  func take() -> Result<Value, PortAudioError>? { result.withLock { $0 } }
}
