internal import PCM
internal import Platform
internal import Resampler
internal import SoundDevice
internal import SoundTool

/// Output for a writer with its own clock: resamples by the ratio of the clocks, which holds the
/// number of frames between writer and device at a target. One thread at a time.
final class AdaptedOutput {
  private let stream: any AudioOutputStreaming
  private let device: Device
  private let format: StreamFormat
  private let reporter: RunReporter?
  /// The device's nominal rate / the writer's.
  private let nominal: Double
  private let latency: Double
  private var controller: RateController
  private var resampler: AdaptiveResampler
  private var exit: SampleConverter
  private let block = (resampled: Scratch(), converted: Scratch())
  private var silence = SilenceAccount()
  private var writtenCount = 0
  /// The number of frames of sound to write.
  private let limit: Int
  private var soundCount = 0
  private var droppedCount = 0
  private var insertedCount = 0
  private var reportedCount = 0
  private var fills: ClosedRange<Double>?
  private let interval = RateLimit(interval: 1)

  /// - Parameters:
  ///   - format: The format that the stream takes.
  ///   - rate: The writer's rate, in hertz.
  ///   - limit: Device frames to write; nil for all.
  ///   - latency: Seconds to hold, including the device's own latency, but at least three blocks.
  init(
    _ stream: some AudioOutputStreaming, _ device: Device, _ format: StreamFormat,
    from rate: Double, latency: Double, dither: Bool, limit: Int? = nil, _ reporter: RunReporter?
  ) throws(ToolError) {
    self.stream = stream
    self.device = device
    self.format = format
    self.reporter = reporter
    self.limit = limit ?? .max
    self.latency = max(0, latency - stream.outputLatency)
    nominal = format.rate / rate
    do throws(RateConverterError) {
      resampler = try AdaptiveResampler(channelCount: format.channelCount)
    } catch { throw .failure("", error.description) }
    exit = SampleConverter(
      from: SampleEncoding(.float32), to: format.encoding, dither: dither, clip: true)
    controller = RateController(target: 1, period: 1, rate: format.rate)
  }

  /// Whether all wanted frames are written.
  var isComplete: Bool { soundCount >= limit }

  /// Samples clipped so far.
  var clippedCount: Int { exit.clippedCount }

  /// The maximum number of frames to take at once.
  let capacity = 2048

  /// Milliseconds until it needs the next call.
  var patience: Int {
    min(10, max(1, Int(Double(stream.periodFrameCount) * 500 / format.rate)))
  }

  /// Waits for the first block, which reveals the block size; a host without a clock waits for
  /// frames instead.
  func prepare() {
    var left = 500
    while stream.periodFrameCount == 0, stream.isActive, !isStopping(), left > 0 {
      SoundSystem.pause(seconds: 0.001)
      left -= 1
    }
    let period = Double(stream.periodFrameCount == 0 ? 256 : stream.periodFrameCount)
    controller = RateController(
      target: min(max(latency * format.rate, 3 * period), Double(stream.writeAvailable) / 2),
      period: period, rate: format.rate)
  }

  // MARK: On the way

  /// Takes the writer's frames, interleaved float32, at most ``capacity``.
  ///
  /// - Parameter behind: Frames of the writer waiting behind these.
  func take(_ frames: RawSpan, behind: Int) throws(ToolError) {
    let bytesPerFrame = format.channelCount * MemoryLayout<Float>.stride
    let count = frames.byteCount / bytesPerFrame
    let fill = look(behind: count + behind) - Double(behind) * nominal
    let ratio = nominal * controller.ratio
    let worth = Double(count) * ratio
    let inserted = stream.losses.output.inserted
    let admission = controller.admit(
      worth, fill: fill - worth, behind: Double(behind) * nominal,
      isDry: inserted > insertedCount)
    insertedCount = inserted
    report(controller.takeCut())
    try writeSilence(Int(admission.silence.rounded()))
    let kept = count - min(count, Int((admission.dropped / ratio).rounded()))
    droppedCount += count - kept
    try write(frames.extracting(0..<kept * bytesPerFrame), ratio: ratio)
  }

  /// Handles the absence of new frames.
  func idle() {
    let fill = look(behind: 0)
    controller.wait(fill: fill)
    report(controller.takeCut())
  }

  /// Writes the resampler's remaining frames; no more frames follow.
  func end() throws(ToolError) {
    defer { stream.endOutput() }
    while true {
      let count = try give { bytes throws(RateConverterError) in
        try self.resampler.finish(into: &bytes)
      }
      if count == 0 { return }
    }
  }

  /// Observes the frames between writer and device, including frames of the writer not resampled
  /// yet.
  private func look(behind: Int) -> Double {
    let held = resampler.heldFrameCount + Double(behind) * nominal
    guard let clock = stream.outputClock else { return held }
    let fill = clock.queuedFrameCount + held
    controller.observe(fill: fill, at: clock.elapsedFrameCount)
    fills = fills.map { min($0.lowerBound, fill)...max($0.upperBound, fill) } ?? fill...fill
    if interval.pass() != nil { reportRatio() }
    return fill
  }

  // MARK: Writing

  private func write(_ frames: RawSpan, ratio: Double) throws(ToolError) {
    guard frames.byteCount > 0 else { return }
    _ = try give { bytes throws(RateConverterError) in
      try self.resampler.convert(frames, ratio: ratio, into: &bytes)
    }
  }

  private func give(
    _ body: (inout MutableRawSpan) throws(RateConverterError) -> Int
  ) throws(ToolError) -> Int {
    let room = AdaptiveResampler.frameLimit(for: capacity, ratio: nominal * 1.01) + 4096
    let width = format.channelCount * MemoryLayout<Float>.stride
    let count: Int
    do throws(RateConverterError) {
      count = try block.resampled.withMutableBytes(room * width, body)
    } catch { throw .failure("", error.description) }
    block.resampled.withBytes(
      0..<count * width, into: block.converted, count * format.bytesPerFrame
    ) { exit.convert($0, into: &$1) }
    let wanted = min(count, limit - soundCount)
    soundCount += wanted
    try block.converted.withBytes(wanted * format.bytesPerFrame) { frames throws(ToolError) in
      reporter?.measure(frames, encoding: format.encoding)
      try send(frames)
    }
    return count
  }

  private func send(_ frames: RawSpan) throws(ToolError) {
    let count = frames.byteCount / format.bytesPerFrame
    guard count > 0 else { return }
    if stream.writeAvailable < count { controller.press() }
    do throws(PortAudioError) {
      writtenCount += try stream.write(frames, until: isStopping)
    } catch {
      // Another thread stopped it and has the reason.
      throw error.code == .streamIsStopped ? .stopped : .running(error, device, stream)
    }
    try SignalCenter.shared.checkStop()
  }

  private func writeSilence(_ frameCount: Int) throws(ToolError) {
    guard frameCount > 0 else { return }
    let delivered = stream.losses.output.delivered
    silence.add(
      writtenCount..<writtenCount + frameCount, isPadding: writtenCount == 0, played: delivered)
    let zeros = [UInt8](
      repeating: format.encoding.silentByte, count: 4096 * format.bytesPerFrame)
    var left = frameCount
    while left > 0 {
      let count = min(left, 4096)
      try send(unsafe zeros.span.bytes.extracting(0..<count * format.bytesPerFrame))
      left -= count
    }
  }

  // MARK: Reporting

  private func report(_ cut: Double) {
    guard cut > 0 else { return }
    let count = discardedCount - reportedCount
    reportedCount = discardedCount
    reporter?.note("\(counted(count, "frame")) came late and were discarded")
    reportRatio()
  }

  /// Reports the final state.
  func reportEnd() {
    reportRatio()
    Messages.detail("", status.summary)
  }

  /// Reports the ratio to the feed.
  func reportRatio() {
    reporter?.adapt(status)
    fills = nil
  }

  /// The current state.
  var status: AdaptStatus {
    AdaptStatus(
      partsPerMillion: controller.partsPerMillion, isLocked: controller.isLocked,
      target: Int(controller.target), fills: fills ?? 0...0, meanRange: controller.range,
      cutCount: controller.cutCount, discarded: discardedCount)
  }

  /// Device frames dropped to catch up.
  private var discardedCount: Int { Int((Double(droppedCount) * nominal).rounded()) }

  /// The stream's account, with the silence written here and the frames dropped.
  func settled(_ losses: LossReport) -> LossReport {
    var losses = losses
    let played = silence.played(upTo: losses.output.delivered)
    losses.output.delivered -= played.padding + played.inserted
    losses.output.padding += played.padding
    losses.output.inserted += played.inserted
    losses.output.discarded += discardedCount
    return losses
  }
}
