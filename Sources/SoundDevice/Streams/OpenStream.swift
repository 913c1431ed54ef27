internal import Synchronization

/// A stream that is open on a host: its states and their changes.
///
/// A state change is a job on the host's thread, so changes never overlap, whichever threads
/// request them.
final class OpenStream: Sendable {
  enum Phase: Int {
    case stopped
    case running
    /// Over without being stopped: completed, aborted by the callback, or lost.
    case finished
    case closed
  }

  /// A way to stop a stream.
  enum StopMode {
    /// After all output handed over has been played.
    case drain
    case abort
    /// At once; output that has not been played waits for the next start.
    case pause
  }

  let thread: HostThread
  let trampoline: Trampoline
  let granted: GrantedStream
  let configuration: HostConfiguration
  let hostStream: any HostStream
  let stallTime: Double
  private let phaseValue = Atomic<Int>(Phase.stopped.rawValue)
  let lost = AtomicFlag()
  /// Whether it is lost because the host changed its rate.
  let isRetuned = AtomicFlag()
  /// Whether it is stopped, but only until it is resumed. Changes on the host's thread, so that no
  /// stop, close or loss leaves it set.
  private let paused = AtomicFlag()
  private let run = Guarded(Latch())
  private let onEnd: (@Sendable () -> Void)?
  private let onFinished: (@Sendable () -> Void)?
  /// The thread that notifies the client, which may take its time.
  private let notifier = WorkerThread(named: "sd-finished")

  /// nil while the stream does not run, or is being stopped.
  let watch = Guarded<StreamWatch?>(nil)
  let isPolling = AtomicFlag()
  private let isHostClosed = AtomicFlag()

  /// - Parameters:
  ///   - onEnd: Called when a run is over, on a thread that must not wait.
  ///   - onFinished: The client's hook, called afterwards on its own thread.
  init(
    thread: HostThread, configuration: HostConfiguration, trampoline: Trampoline,
    stallTime: Double, onEnd: (@Sendable () -> Void)? = nil,
    onFinished: (@Sendable () -> Void)?
  ) throws(PortAudioError) {
    self.thread = thread
    self.trampoline = trampoline
    self.configuration = configuration
    self.stallTime = stallTime
    self.onEnd = onEnd
    self.onFinished = onFinished
    hostStream = try thread.call(
      configuration.operation,
      late: { stream in
        thread.openStreamCount.subtract(1, ordering: .relaxed)
        try? stream.close()
      },
      { host throws(PortAudioError) in
        let stream = try host.open(configuration, trampoline: trampoline)
        thread.openStreamCount.add(1, ordering: .relaxed)
        return stream
      })
    granted = hostStream.granted
    run.withLock { $0.open() }
  }

  /// Whether the stream is between a pause and its end.
  var isPaused: Bool { paused.isSet }

  var phase: Phase { Phase(rawValue: phaseValue.load(ordering: .acquiring)) ?? .closed }
  /// Whether the stream is lost, so that nothing can be done with it.
  var isLost: Bool { lost.isSet }
  var isFinishing: Bool { phase == .running && trampoline.isFinishing }
  /// The latency granted in a direction, in seconds; one block if the host reports none.
  func latency(for direction: StreamDirection) -> Double {
    let latency = direction == .input ? granted.inputLatency : granted.outputLatency
    let block = max(configuration.blockSize, trampoline.period)
    return latency ?? Double(block) / granted.sampleRate
  }

  var longestLatency: Double {
    max(
      configuration.input == nil ? 0 : latency(for: .input),
      configuration.output == nil ? 0 : latency(for: .output))
  }
  /// Seconds that a responsive host may take to stop: pending output is played, and a JACK server
  /// takes two periods for each port removed, on a busy machine twice as long.
  private var stoppingTime: Double {
    longestLatency + Double(4 * channelCount * trampoline.period) / max(1, granted.sampleRate)
  }

  /// Of both directions.
  var channelCount: Int {
    (configuration.input?.channelCount ?? 0) + (configuration.output?.channelCount ?? 0)
  }

  private func setPhase(_ phase: Phase) { phaseValue.store(phase.rawValue, ordering: .releasing) }

  /// Changes the state. If the host does not answer, the stream is lost.
  private func change(
    _ verb: String, _ body: @escaping @Sendable () throws(PortAudioError) -> Void
  ) throws(PortAudioError) {
    try PortAudioError.refuseInCallback(verb)
    guard !isLost else { throw PortAudioError(.hostLost, verb) }
    do {
      try thread.call(verb, extra: stoppingTime) { _ throws(PortAudioError) in try body() }
    } catch {
      if error.code == .hostLost { markLost() }
      throw error
    }
  }

  // MARK: Changes of state

  /// - Parameters:
  ///   - resuming: Whether to continue after a pause; does nothing if there is none.
  ///   - preparing: Called on the host's thread before the first callback, if the stream starts.
  func start(
    resuming: Bool = false, preparing: @escaping @Sendable () -> Void = {}
  ) throws(PortAudioError) {
    try change("starting stream") { [self] () throws(PortAudioError) in
      if resuming && !isPaused { return }
      defer { endPause() }
      guard !isLost else { throw PortAudioError(.hostLost, "starting stream") }
      switch phase {
      case .closed: throw PortAudioError(.badStream, "starting stream")
      case .running, .finished: throw PortAudioError(.streamIsNotStopped, "starting stream")
      case .stopped: preparing()
      }
      trampoline.willStart(
        drainFrameCount: configuration.output == nil ? 0 : outputLatencyFrameCount,
        skippingFirstPeriod: granted.connectsLate, holdingEnd: granted.mustOutliveStart,
        evidence: granted.lossEvidence, resuming: resuming, now: hostStream.now)
      run.withLock { $0 = Latch() }
      setPhase(.running)
      do throws(PortAudioError) { try hostStream.start() } catch {
        setPhase(.stopped)
        run.withLock { $0.open() }
        throw error
      }
      trampoline.didStart()
      beginWatching()
    }
  }

  /// The granted output latency in frames, 0 if unknown: also the silence after the last frame, to
  /// which the trampoline adds a period.
  var outputLatencyFrameCount: Int {
    Int(((granted.outputLatency ?? 0) * granted.sampleRate).rounded(.up))
  }

  func stop(_ mode: StopMode) throws(PortAudioError) {
    let verb = mode == .abort ? "aborting stream" : "stopping stream"
    try change(verb) { [self] () throws(PortAudioError) in
      switch phase {
      case .closed: throw PortAudioError(.badStream, verb)
      case .stopped:
        guard isPaused, mode != .pause else { return }
        endPause()
      // Its host was stopped when it finished.
      case .finished: if mode == .pause { return }
      case .running:
        try halt(mode)
        // Before the phase, so that readers and writers go on waiting.
        if mode == .pause { paused.set() }
      }
      trampoline.didStop(discarding: mode == .abort, now: hostStream.now)
      end(.stopped)
    }
  }

  /// Releases those that wait for the stream to be resumed.
  private func endPause() {
    guard isPaused else { return }
    paused.set(false)
    trampoline.processor.interrupted()
  }

  /// Stops the host's stream, on the host's thread. Missing callbacks meanwhile are no loss; the
  /// host has its own time limit.
  private func halt(_ mode: StopMode) throws(PortAudioError) {
    watch.withLock { $0 = nil }
    do throws(PortAudioError) {
      try mode == .drain ? hostStream.stop() : hostStream.abort()
    } catch {
      if phase == .running { beginWatching() }
      throw error
    }
  }

  func close() throws(PortAudioError) {
    let verb = "closing stream"
    try PortAudioError.refuseInCallback(verb)
    guard phase != .closed else { return }
    guard !isLost else {
      // Closing has begun, as far as it is possible.
      setPhase(.closed)
      throw PortAudioError(.hostLost, verb)
    }
    defer { setPhase(.closed) }
    try change(verb) { [self] () throws(PortAudioError) in try closeOnHostThread() }
  }

  /// Closes without waiting. Any thread, the audio thread included.
  func closeLater() {
    guard phase != .closed, !isLost else { return }
    thread.post { [self] _ in try? closeOnHostThread() }
  }

  private func closeOnHostThread() throws(PortAudioError) {
    guard phase != .closed else { return }
    let wasRunning = phase == .running
    defer {
      end(.closed)
      endPause()
    }
    if wasRunning { try? halt(.abort) }
    trampoline.didStop(discarding: true, now: hostStream.now)
    try closeHostStream()
  }

  func closeHostStream() throws(PortAudioError) {
    guard !isHostClosed.testAndSet() else { return }
    thread.openStreamCount.subtract(1, ordering: .relaxed)
    try isLost ? hostStream.giveUp() : hostStream.close()
  }

  /// Ends the run and reports it once. On the host's thread, or on the thread that finds it lost.
  func end(_ phase: Phase) {
    var previous = self.phase
    while true {
      guard previous != .closed else { return }
      let (exchanged, original) = phaseValue.compareExchange(
        expected: previous.rawValue, desired: phase.rawValue, ordering: .acquiringAndReleasing)
      if exchanged { break }
      previous = Phase(rawValue: original) ?? .closed
    }
    guard previous == .running else { return }
    watch.withLock { $0 = nil }
    Watchdog.shared.forget(self)
    trampoline.processor.interrupted()
    let latch = run.withLock { $0 }
    onEnd?()
    guard let onFinished else { return latch.open() }
    notifier.post {
      onFinished()
      latch.open()
    }
  }

  /// A latch that opens when the current run is over and the client was notified; it is open if
  /// there is none.
  var endOfRun: Latch { run.withLock { $0 } }

  /// Waits until the stream is not running; false if the time is over first. Not in the callback;
  /// inside `finished` the run is over.
  func wait(seconds: Double?) throws(PortAudioError) -> Bool {
    try PortAudioError.refuseInCallback("waiting for stream")
    return notifier.isCurrent || endOfRun.wait(seconds: seconds)
  }

  /// Waits without blocking a thread.
  func wait(seconds: Double?) async throws(CancellationError) -> Bool {
    try await endOfRun.pass(within: seconds)
  }

  // MARK: Questions

  /// The clock, or nil if the host does not answer.
  func time() -> Double? { ask { $0.time }.flatMap(Reported.time) }
  func cpuLoad() -> Double? { ask { $0.cpuLoad }.flatMap(Reported.load) }

  private func ask<Value: Sendable>(_ question: @escaping @Sendable (any HostStream) -> Value)
    -> Value?
  {
    guard phase != .closed, !isLost else { return nil }
    return try? thread.call("asking stream") { [self] _ throws(PortAudioError) in
      guard phase != .closed, !isLost else { throw PortAudioError(.badStream, "asking stream") }
      return question(hostStream)
    }
  }
}
