/// The open stream inside every stream type: all that does not depend on its sample type.
///
/// Closes the stream when its last reference goes, on whichever thread that happens.
package final class StreamSession: Sendable {
  let stream: OpenStream
  let rings: RingProcessor?
  let resolved: ResolvedStream
  private let ledger: LossLedger
  /// The threads on which tasks start and stop, abort and close, read, and write.
  let controlThread = WorkerThread(named: "sd-control")
  let endingThread = WorkerThread(named: "sd-ending")
  let readThread = WorkerThread(named: "sd-reading")
  let writeThread = WorkerThread(named: "sd-writing")
  /// Set while `stop()` plays the content of the ring; nothing more is written.
  let isEnding = AtomicFlag()
  let leftover = Guarded(Leftover())
  let readLock = TimedLock()
  let writeLock = TimedLock()

  /// Opens a stream that sends its blocks to `processor`.
  ///
  /// - Parameters:
  ///   - onEnd: Called when a run is over, on a thread that must not wait.
  ///   - finished: The client's hook, called on a thread that it may block.
  init(
    _ request: StreamRequest, onEnd: (@Sendable () -> Void)? = nil,
    finished: (@Sendable () -> Void)?,
    processor: (ResolvedStream) throws(PortAudioError) -> BlockProcessor
  ) throws(PortAudioError) {
    let resolved = try request.resolve()
    self.resolved = resolved
    ledger = LossLedger()
    rings = nil
    stream = try Self.open(resolved, processor(resolved), ledger, onEnd, finished)
  }

  /// Opens a blocking stream, whose blocks go through rings.
  init(
    blocking request: StreamRequest, finished: (@Sendable () -> Void)? = nil
  ) throws(PortAudioError) {
    var request = request
    // Only a callback stream can promise these; PortAudio refuses them likewise.
    if request.options.neverDropInput ?? Defaults.current.neverDropInput {
      throw PortAudioError(.invalidFlag, request.operation)
    }
    request.options.primeOutputBuffersUsingStreamCallback = false
    let resolved = try request.resolve()
    self.resolved = resolved
    ledger = LossLedger()
    let operation = resolved.configuration.operation
    func ring(_ side: StreamSide?) throws(PortAudioError) -> RingBuffer? {
      guard let side else { return nil }
      try PortAudioError.checkMemory(
        resolved.bufferFrameCount, bytesPerFrame: side.bytesPerFrame, operation)
      return RingBuffer(
        capacity: resolved.bufferFrameCount, bytesPerFrame: side.bytesPerFrame)
    }
    let rings = RingProcessor(
      inputRing: try ring(resolved.input), outputRing: try ring(resolved.output), ledger: ledger,
      start: request.options.prebuffersOutput ? .prebuffered : .prompt,
      isAligned: request.options.alignsInput,
      quietTime: Int(10 * resolved.configuration.sampleRate))
    self.rings = rings
    stream = try Self.open(resolved, rings, ledger, nil, finished)
    if stream.granted.isServer { rings.setLeastPrebuffer(stream.outputLatencyFrameCount) }
  }

  private static func open(
    _ resolved: ResolvedStream, _ processor: BlockProcessor, _ ledger: LossLedger,
    _ onEnd: (@Sendable () -> Void)?, _ finished: (@Sendable () -> Void)?
  ) throws(PortAudioError) -> OpenStream {
    let trampoline = Trampoline(
      input: resolved.input, output: resolved.output,
      sampleRate: resolved.configuration.sampleRate, processor: processor, ledger: ledger,
      onFinishing: Watchdog.shared.wakeUp)
    return try OpenStream(
      thread: resolved.host, configuration: resolved.configuration,
      trampoline: trampoline, stallTime: resolved.stallTime, onEnd: onEnd, onFinished: finished)
  }

  deinit { stream.closeLater() }

  // MARK: Control

  func start() throws(PortAudioError) {
    try stream.start { [self] in
      if let ring = rings?.inputRing { discardInput(ring) }
      isEnding.set(false)
    }
  }

  /// Drops unread frames of an earlier run, unless a thread is reading them right now. On the
  /// host's thread, where no other thread starts or closes the stream meanwhile.
  private func discardInput(_ ring: RingBuffer) {
    guard readLock.take(timeout: 0) else { return }
    defer { readLock.leave() }
    let frameCount = readableCount
    leftover.withLock { $0.discard() }
    ring.discard()
    ledger.withdraw(frameCount, at: ring.written)
  }

  /// Frames that can be read without waiting.
  var readableCount: Int {
    guard let ring = rings?.inputRing else { return 0 }
    return leftover.withLock { $0.byteCount } / ring.bytesPerFrame + ring.readableCount
  }

  func stop() throws(PortAudioError) {
    // This run's end, even if another thread starts a new run meanwhile.
    let endOfRun = stream.endOfRun
    if let rings, rings.outputRing != nil, stream.phase == .running {
      try PortAudioError.refuseInCallback("stopping stream")
      // Concurrent writers stop, so that the ring's content is final.
      isEnding.set()
      wake()
      _ = writeLock.take(timeout: nil)
      rings.endOutput()
      writeLock.leave()
      // Ends when the ring has been played, another thread aborts, or the device is lost.
      _ = endOfRun.wait(seconds: nil)
    }
    try stream.stop(.drain)
  }

  func abort() throws(PortAudioError) { try stream.stop(.abort) }

  func close() throws(PortAudioError) { try stream.close() }

  /// Throws if the stream was lost while it was running.
  func checkLoss() throws(PortAudioError) {
    if stream.isLost { throw PortAudioError(.hostLost, resolved.configuration.operation) }
  }

  /// Whether the stream is between `pause()` and `resume()`.
  var isPaused: Bool { stream.isPaused }

  /// Stops the host and keeps the rings; readers and writers keep waiting.
  func pause() throws(PortAudioError) {
    guard stream.phase == .running else { return }
    try stream.stop(.pause)
  }

  /// Continues after a pause.
  func resume() throws(PortAudioError) {
    guard isPaused else { return }
    try stream.start(resuming: true)
  }

  /// Whether more frames are to come or to go, now or after a pause.
  var isUnderWay: Bool { stream.phase == .running || isPaused }

  /// Wall time of the first callback, in seconds since 1970; nil before it.
  var startTime: Double? {
    let time = stream.trampoline.firstCallbackTime
    return time == 0 ? nil : Double(time) / 1e9
  }

  /// The latency that the host granted in each direction of the stream, in seconds.
  package var latencies: (input: Double?, output: Double?) {
    (
      resolved.input == nil ? nil : stream.granted.inputLatency,
      resolved.output == nil ? nil : stream.granted.outputLatency
    )
  }

  /// As ``AudioStreaming/reportedRoundTrip``.
  var reportedRoundTrip: Int? {
    let granted = stream.granted
    guard !granted.isServer, let input = latencies.input, let output = latencies.output else {
      return nil
    }
    return Int(((input + output) * granted.sampleRate).rounded())
  }

  // MARK: Losses

  var losses: LossReport { ledger.report }
  func takeGaps() -> [Gap] { ledger.takeGaps() }
}
