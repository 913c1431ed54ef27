/// The open stream inside every stream type: what does not depend on its sample type.
///
/// Closes the stream when the last reference to it goes, on whatever thread that happens.
public final class StreamSession: Sendable {
  let stream: OpenStream
  let rings: RingProcessor?
  let resolved: ResolvedStream
  private let ledger: LossLedger
  private let paused = AtomicFlag()
  /// Where tasks read and write.
  let readThread = BlockingThread()
  let writeThread = BlockingThread()
  let readLock = TimedLock()
  private let writeLock = TimedLock()

  /// Opens a stream whose blocks go to `processor`.
  init(
    _ request: StreamRequest, finished: (@Sendable () -> Void)?,
    processor: (ResolvedStream) -> BlockProcessor
  ) throws(PortAudioError) {
    let resolved = try request.resolve()
    self.resolved = resolved
    ledger = LossLedger()
    rings = nil
    stream = try Self.open(resolved, processor(resolved), ledger, finished)
  }

  /// Opens a blocking stream: blocks go through rings.
  init(
    blocking request: StreamRequest, finished: (@Sendable () -> Void)? = nil
  ) throws(PortAudioError) {
    var request = request
    // Only a stream with a callback can promise these; PortAudio refuses them likewise.
    if request.options.neverDropInput ?? Defaults.current.neverDropInput {
      throw PortAudioError(.invalidFlag, request.operation)
    }
    request.options.primeOutputBuffersUsingStreamCallback = false
    let resolved = try request.resolve()
    self.resolved = resolved
    ledger = LossLedger()
    func ring(_ side: StreamSide?) -> RingBuffer? {
      side.map {
        RingBuffer(capacity: resolved.bufferFrameCount, bytesPerFrame: $0.bytesPerFrame)
      }
    }
    let rings = RingProcessor(
      inputRing: ring(resolved.input), outputRing: ring(resolved.output), ledger: ledger,
      start: request.options.prebuffersOutput ? .prebuffered : .prompt,
      isAligned: request.options.alignsInput,
      quietTime: Int(10 * resolved.configuration.sampleRate))
    self.rings = rings
    stream = try Self.open(resolved, rings, ledger, finished)
  }

  private static func open(
    _ resolved: ResolvedStream, _ processor: BlockProcessor, _ ledger: LossLedger,
    _ finished: (@Sendable () -> Void)?
  ) throws(PortAudioError) -> OpenStream {
    let trampoline = Trampoline(
      input: resolved.input, output: resolved.output,
      sampleRate: resolved.configuration.sampleRate, processor: processor, ledger: ledger,
      onFinishing: Watchdog.shared.wakeUp)
    return try OpenStream(
      thread: resolved.host, configuration: resolved.configuration,
      trampoline: trampoline, stallTime: resolved.stallTime, onFinished: finished)
  }

  deinit { stream.closeLater() }

  // MARK: Control

  func start() throws(PortAudioError) {
    if stream.phase == .stopped, let ring = rings?.inputRing { discardInput(ring) }
    try stream.start()
  }

  /// Drops what an earlier run left unread, unless somebody reads it at this moment.
  private func discardInput(_ ring: RingBuffer) {
    guard readLock.take(timeout: 0) else { return }
    ring.discard()
    readLock.leave()
  }

  func stop() throws(PortAudioError) {
    // This run's end, whatever others start meanwhile.
    let endOfRun = stream.endOfRun
    if let rings, rings.outputRing != nil, stream.phase == .running {
      rings.endOutput()
      // Ends when the ring has been played, when somebody aborts, or when the device is lost.
      _ = endOfRun.wait(seconds: nil)
    }
    try stream.stop(.drain)
  }

  func abort() throws(PortAudioError) {
    paused.set(false)
    try stream.stop(.abort)
  }

  func close() throws(PortAudioError) { try stream.close() }

  /// Whether the stream is between `pause()` and `resume()`.
  var isPaused: Bool { paused.isSet }

  /// Stops the host and keeps the rings; readers and writers go on waiting.
  func pause() throws(PortAudioError) {
    guard stream.phase == .running else { return }
    paused.set()
    do throws(PortAudioError) { try stream.stop(.pause) } catch {
      paused.set(false)
      throw error
    }
  }

  /// Goes on after a pause.
  func resume() throws(PortAudioError) {
    guard paused.isSet else { return }
    defer {
      paused.set(false)
      wake()
    }
    try stream.start(resuming: true)
  }

  /// Whether frames are still to come or to go, now or after a pause.
  var isUnderWay: Bool { stream.phase == .running || isPaused }

  /// Wall time of the first callback, in seconds since 1970; nil before it.
  var startTime: Double? {
    let time = stream.trampoline.firstCallbackTime
    return time == 0 ? nil : Double(time) / 1e9
  }

  /// The latency the host granted in each direction that the stream has, in seconds.
  package var latencies: (input: Double?, output: Double?) {
    (
      resolved.input.map { _ in stream.granted.inputLatency },
      resolved.output.map { _ in stream.granted.outputLatency }
    )
  }

  // MARK: Losses

  var losses: LossReport { ledger.report }
  func takeGaps() -> [Gap] { ledger.takeGaps() }

  // MARK: Reading and writing

  /// Reads at least `minimum` frames, and as many more as are there and fit.
  ///
  /// - Parameter isWhole: At the end, rather throw than give fewer than `minimum` frames; they can
  ///   still be read by who asks for no more.
  /// - Returns: The number of frames; fewer than `minimum` only when the stream has stopped, or
  ///   `interrupted` says so.
  func read(
    into target: UnsafeMutableRawBufferPointer, minimum: Int, isWhole: Bool = false,
    timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> Int {
    let operation = "reading stream"
    guard let rings else { throw PortAudioError(.canNotReadFromACallbackStream, operation) }
    guard let ring = rings.inputRing else {
      throw PortAudioError(.canNotReadFromAnOutputOnlyStream, operation)
    }
    let wanted = target.count / ring.bytesPerFrame
    guard wanted > 0, let base = target.baseAddress else { return 0 }
    guard readLock.take(timeout: timeout) else { throw PortAudioError(.timedOut, operation) }
    defer { readLock.leave() }
    var remaining = Timeout(seconds: timeout)
    var done = 0
    while true {
      // Asked before the ring is looked at: what came before the end is still read.
      let isRunning = isUnderWay
      let isInterrupted = interrupted()
      let readable = ring.readableCount
      // Half a ring at a time, so that the other half takes what comes meanwhile.
      let needed = min(min(minimum, wanted) - done, max(1, ring.capacity / 2))
      if isWhole, !isRunning, done + readable < min(minimum, wanted) { throw ended(operation) }
      if readable >= needed || !isRunning || isInterrupted {
        done += unsafe ring.read(into: base + done * ring.bytesPerFrame, count: wanted - done)
        if done >= min(minimum, wanted) || isInterrupted { return done }
        guard isRunning else {
          if done == 0 { throw ended(operation) }
          return done
        }
      }
      guard let slice = remaining.next() else { throw PortAudioError(.timedOut, operation) }
      ring.waitUntilReadable(
        min(min(minimum, wanted) - done, max(1, ring.capacity / 2)), seconds: slice)
    }
  }

  /// Writes all frames of `source`, waiting for room.
  ///
  /// - Returns: The number of frames; fewer than given only when `interrupted` says so.
  func write(
    _ source: UnsafeRawBufferPointer, timeout: Double?, interrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> Int {
    let operation = "writing stream"
    guard let rings else { throw PortAudioError(.canNotWriteToACallbackStream, operation) }
    guard let ring = rings.outputRing else {
      throw PortAudioError(.canNotWriteToAnInputOnlyStream, operation)
    }
    let count = source.count / ring.bytesPerFrame
    guard count > 0, let base = source.baseAddress else { return 0 }
    guard writeLock.take(timeout: timeout) else { throw PortAudioError(.timedOut, operation) }
    defer { writeLock.leave() }
    var remaining = Timeout(seconds: timeout)
    var done = 0
    while true {
      guard isUnderWay else { throw ended(operation) }
      done += unsafe ring.write(from: base + done * ring.bytesPerFrame, count: count - done)
      if done == count || interrupted() { return done }
      guard let slice = remaining.next() else { throw PortAudioError(.timedOut, operation) }
      // Woken at half a ring of room rather than at every block: fewer switches of threads.
      ring.waitUntilWritable(min(count - done, max(1, ring.capacity / 2)), seconds: slice)
    }
  }

  /// Why nothing can be read or written any more.
  private func ended(_ operation: String) -> PortAudioError {
    if stream.isLost { return PortAudioError(.hostLost, operation) }
    return PortAudioError(stream.phase == .closed ? .badStream : .streamIsStopped, operation)
  }

  /// Wakes whoever waits in `read` or `write`, to look at `interrupted` again.
  func wake() {
    rings?.inputRing?.wake()
    rings?.outputRing?.wake()
  }
}
