internal import Synchronization

/// A stream that is open on a host: its states, and who may change them.
///
/// A change of state is a job on the host's thread, so changes never overlap, from whatever threads
/// they are asked for.
final class OpenStream: Sendable {
  enum Phase: Int {
    case stopped
    case running
    /// Inactive without having been stopped: completed, aborted by the callback, or lost.
    case finished
    case closed
  }

  let thread: HostThread
  let trampoline: Trampoline
  let granted: GrantedStream
  let configuration: HostConfiguration
  /// How a stream is stopped.
  enum StopMode {
    /// After what was handed over has been played.
    case drain
    case abort
    /// At once, and what has not been played waits for the next start.
    case pause
  }

  let hostStream: any HostStream
  private let stallTime: Double
  private let phaseValue = Atomic<Int>(Phase.stopped.rawValue)
  private let lost = AtomicFlag()
  private let run = Guarded(Latch())
  private let onFinished: (@Sendable () -> Void)?
  private let finishedRuns = Atomic<Int>(0)

  // Touched by the watchdog alone, but for the reset at a start.
  private let seenSigns = Atomic<Int>(0)
  private let silentIntervals = Atomic<Int>(0)
  private let isPolling = AtomicFlag()
  /// Whether callbacks came since it was started, or started again.
  private let hasBegun = AtomicFlag()
  private let isStopping = AtomicFlag()

  init(
    thread: HostThread, configuration: HostConfiguration, trampoline: Trampoline,
    stallTime: Double, onFinished: (@Sendable () -> Void)?
  ) throws(PortAudioError) {
    self.thread = thread
    self.trampoline = trampoline
    self.configuration = configuration
    self.stallTime = stallTime
    self.onFinished = onFinished
    hostStream = try thread.call(configuration.operation, limit: stallTime) {
      host throws(PortAudioError) in
      let stream = try host.open(configuration, trampoline: trampoline)
      thread.openStreamCount.add(1, ordering: .relaxed)
      return stream
    }
    granted = hostStream.granted
    run.withLock { $0.open() }
  }

  var phase: Phase { Phase(rawValue: phaseValue.load(ordering: .acquiring)) ?? .closed }
  /// Whether the host is lost, so that nothing can be done with the stream.
  var isLost: Bool { lost.isSet || thread.isLost }
  /// Whether the stream ran when its host was lost.
  var endedInLoss: Bool { lost.isSet }
  var isFinishing: Bool { phase == .running && trampoline.isFinishing }
  var longestLatency: Double { max(granted.inputLatency, granted.outputLatency) }
  /// How long the host may take to stop although it answers: what is under way is played, and a JACK
  /// server takes two periods for each port that is taken away, on a busy machine twice as long.
  private var stoppingTime: Double {
    let channelCount =
      (configuration.input?.channelCount ?? 0) + (configuration.output?.channelCount ?? 0)
    return longestLatency
      + Double(4 * channelCount * trampoline.period) / max(1, granted.sampleRate)
  }

  private func setPhase(_ phase: Phase) { phaseValue.store(phase.rawValue, ordering: .releasing) }

  private func callHost<Value: Sendable>(
    _ verb: String, extra: Double = 0,
    _ body: @escaping @Sendable () throws(PortAudioError) -> Value
  ) throws(PortAudioError) -> Value {
    do {
      return try thread.call(verb, limit: stallTime + extra) { _ throws(PortAudioError) in
        try body()
      }
    } catch {
      if error.code == .hostLost { markLost() }
      throw error
    }
  }

  // MARK: Changes of state

  func start(resuming: Bool = false) throws(PortAudioError) {
    try callHost("starting stream") { [self] () throws(PortAudioError) in
      switch phase {
      case .closed: throw PortAudioError(.badStream, "starting stream")
      case .running, .finished: throw PortAudioError(.streamIsNotStopped, "starting stream")
      case .stopped: break
      }
      let drain = (granted.outputLatency * granted.sampleRate).rounded(.up)
      trampoline.willStart(
        drainFrameCount: configuration.output == nil ? 0 : Int(drain),
        skippingFirstPeriod: granted.connectsLate, holdingEnd: granted.mustOutliveStart,
        resuming: resuming)
      beginLooking()
      run.withLock { $0 = Latch() }
      setPhase(.running)
      do throws(PortAudioError) { try hostStream.start() } catch {
        setPhase(.stopped)
        run.withLock { $0.open() }
        throw error
      }
      trampoline.didStart()
      Watchdog.shared.watch(self)
    }
  }

  func stop(_ mode: StopMode) throws(PortAudioError) {
    let verb = mode == .abort ? "aborting stream" : "stopping stream"
    try callHost(verb, extra: stoppingTime) { [self] () throws(PortAudioError) in
      switch phase {
      case .closed: throw PortAudioError(.badStream, verb)
      case .stopped: return
      case .running, .finished: break
      }
      try halt(mode)
      trampoline.didStop(discarding: mode == .abort)
      end(.stopped)
    }
  }

  /// On the host's thread. The host may call the stream no more meanwhile, which is no loss: it has a
  /// time limit of its own.
  private func halt(_ mode: StopMode) throws(PortAudioError) {
    isStopping.set(true)
    defer { isStopping.set(false) }
    try mode == .drain ? hostStream.stop() : hostStream.abort()
  }

  func close() throws(PortAudioError) {
    defer { setPhase(.closed) }
    guard phase != .closed else { return }
    try callHost("closing stream", extra: stoppingTime) { [self] () throws(PortAudioError) in
      try closeOnHostThread()
    }
  }

  /// Closes without waiting; from any thread, the audio thread included.
  func closeLater() {
    guard phase != .closed else { return }
    thread.post(limit: stallTime + stoppingTime) { [self] _ in try? closeOnHostThread() }
  }

  private func closeOnHostThread() throws(PortAudioError) {
    guard phase != .closed else { return }
    let wasRunning = phase == .running
    thread.openStreamCount.subtract(1, ordering: .relaxed)
    defer { end(.closed) }
    if wasRunning { try halt(.abort) }
    trampoline.didStop(discarding: true)
    try hostStream.close()
  }

  /// The run is over; tells so once. On the host's thread, or on the watchdog's when lost.
  private func end(_ phase: Phase) {
    let previous = Phase(
      rawValue: phaseValue.exchange(phase.rawValue, ordering: .acquiringAndReleasing))
    guard previous == .running else { return }
    Watchdog.shared.forget(self)
    trampoline.processor.interrupted()
    let latch = run.withLock { $0 }
    Watchdog.shared.perform { [onFinished] in
      latch.open()
      onFinished?()
    }
  }

  /// Opens when the run that is under way is over; open if none is.
  var endOfRun: Latch { run.withLock { $0 } }

  /// Waits until the stream is not running; false when the time is over first.
  func wait(seconds: Double?) -> Bool { endOfRun.wait(seconds: seconds) }

  // MARK: Questions

  /// The clock, or nil if the host does not answer.
  func time() -> Double? { ask { $0.time } }
  func cpuLoad() -> Double? { ask { $0.cpuLoad } }

  private func ask<Value: Sendable>(_ question: @escaping @Sendable (any HostStream) -> Value)
    -> Value?
  {
    guard phase != .closed else { return nil }
    return try? callHost("asking stream") { [self] () throws(PortAudioError) in
      guard phase != .closed else { throw PortAudioError(.badStream, "asking stream") }
      return question(hostStream)
    }
  }

  // MARK: Watchdog

  /// Looks whether callbacks still come. On the watchdog's thread.
  func look(countsAsInterval: Bool) {
    guard phase == .running, !isStopping.isSet else { return }
    guard !thread.isLost else { return markLost() }
    if trampoline.isFinishing { return poll() }
    guard countsAsInterval else { return }
    let signs = trampoline.signsOfLife
    guard seenSigns.exchange(signs, ordering: .relaxed) == signs else {
      silentIntervals.store(0, ordering: .relaxed)
      hasBegun.set()
      return
    }
    let silent = silentIntervals.add(1, ordering: .relaxed).newValue
    let period = Double(trampoline.period) / granted.sampleRate
    let silence = Double(silent) * Watchdog.interval
    let limit = max(stallTime, granted.longestSilence, 4 * period + longestLatency)
    if silence >= limit { return markLost() }
    poll()
  }

  private func beginLooking() {
    seenSigns.store(trampoline.signsOfLife, ordering: .relaxed)
    silentIntervals.store(0, ordering: .relaxed)
    hasBegun.set(false)
  }

  /// Asks the host, without waiting, whether the stream is still active.
  private func poll() {
    guard !isPolling.testAndSet() else { return }
    thread.post(limit: stallTime + stoppingTime) { [self] _ in
      defer { isPolling.set(false) }
      guard phase == .running, !hostStream.isActive else { return }
      // A finished stream is inactive because its callback wanted so; else its host has gone, or
      // gave it up.
      guard trampoline.isFinishing else {
        if granted.mayGiveUp, hasBegun.isSet, revive() { return }
        trampoline.ledger.settle()
        return markLost()
      }
      trampoline.didStop(discarding: false)
      end(.finished)
    }
  }

  /// Starts the host's stream again; false if it cannot be. If it hangs the silence goes on, until
  /// the host is lost.
  private func revive() -> Bool {
    do throws(PortAudioError) {
      try hostStream.abort()
      trampoline.willStartAnew()
      beginLooking()
      try hostStream.start()
      return true
    } catch {
      return false
    }
  }

  private func markLost() {
    if phase == .running { lost.set() }
    thread.markLost()
    end(.finished)
    trampoline.processor.interrupted()
  }
}
