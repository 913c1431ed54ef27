internal import PCM
internal import SoundDevice
internal import SoundTool

/// Takes the segments of a recording: skips, fills, converts, measures and writes. One thread at a
/// time.
final class RecordingWriter {
  private let plan: RecordingPlan
  private let sink: any FrameSink
  private let chain: FormatChain
  private let reporter: RunReporter
  private let silence: [UInt8]
  private let length: Double?
  private var budget: FrameBudget
  private var toSkip: Int
  /// The capture time of the next frame to write.
  private var captured: Double?

  /// The account of the device's frames so far.
  private(set) var account = LossAccount()

  /// - Parameter format: The segments' format.
  init(
    _ plan: RecordingPlan, from format: StreamFormat, into sink: any FrameSink,
    _ reporter: RunReporter
  ) throws(ToolError) {
    self.plan = plan
    self.sink = sink
    self.reporter = reporter
    chain = try FormatChain(
      from: format, to: sink.format, FormatChain.Options(gain: plan.gain, dither: plan.dither))
    silence = [UInt8](
      repeating: format.encoding.silentByte, count: 4096 * format.bytesPerFrame)
    length = plan.length?.seconds(at: sink.format.rate)
    budget = FrameBudget(
      plan.length?.frameCount(at: sink.format.rate), deviceRate: format.rate,
      rate: sink.format.rate)
    toSkip = plan.skippedFrameCount
  }

  /// Whether the whole duration has passed.
  var isComplete: Bool { budget.isSpent }

  /// The output's name in messages.
  var name: String { sink.name }

  /// Samples clipped so far.
  var clippedCount: Int { chain.clippedCount + sink.clippedCount }

  /// The progress so far.
  var progress: Progress {
    Progress(
      frame: account.taken, seconds: Double(sink.frameCount) / sink.format.rate, length: length)
  }

  /// Takes the next segment.
  ///
  /// - Throws: An error of the sink or the resampler; no segment may follow it.
  func take(_ segment: Segment) throws(ToolError) {
    switch segment {
    case .frames(let frames): try take(frames)
    case .gap(let gap): try take(gap)
    case .lost: break
    }
  }

  /// Writes the resampler's remaining frames, after the last segment.
  func flush() throws(ToolError) {
    try chain.finish { frames throws(ToolError) in try write(frames) }
  }

  /// Completes the sink, also after an error.
  func close() throws(ToolError) { try sink.close() }

  private func take(_ frames: Frames) throws(ToolError) {
    let skipped = skip(frames.count)
    account.skipped += skipped
    let count = budget.wanted(frames.count - skipped)
    guard count > 0 else { return }
    let before = sink.frameCount
    let wanted = frames.dropFirst(skipped).prefix(count)
    captured = wanted.captured
    do throws(ToolError) {
      try wanted.withBytes { bytes throws(ToolError) in
        try push(bytes)
      }
    } catch {
      // A sink that failed has taken the frames it counted.
      if !chain.resamples { account.taken += sink.frameCount - before }
      throw error
    }
    account.taken += count
    budget.pass(count, isWritten: true)
  }

  private func take(_ gap: LineGap) throws(ToolError) {
    guard gap.direction == .input else { return }
    switch gap.cause {
    case .underflow: break
    case .early: account.early += gap.frameCount
    case .pause:
      guard plan.filling == .all else { break }
      budget.extend(by: gap.frameCount)
      try fill(gap.frameCount)
    case .trimmed:
      account.trimmed += gap.frameCount
      let count = budget.wanted(gap.frameCount)
      account.missing.dropped += count
      budget.pass(count, isWritten: false)
    case .host, .overflow:
      let count = budget.wanted(gap.frameCount)
      if gap.cause == .host {
        account.missing.lost += count
      } else {
        account.missing.dropped += count
      }
      let isFilled =
        plan.filling == .all || plan.filling == .unlessMutual && !gap.isMutual
      if isFilled { try fill(count) }
      budget.pass(count, isWritten: isFilled)
    }
  }

  /// How many of `frameCount` frames to skip at the start.
  private func skip(_ frameCount: Int) -> Int {
    let count = min(toSkip, frameCount)
    toSkip -= count
    return count
  }

  private func fill(_ frameCount: Int) throws(ToolError) {
    let (silence, bytesPerFrame) = (silence, chain.input.bytesPerFrame)
    var left = frameCount - skip(frameCount)
    while left > 0 {
      let count = min(left, silence.count / bytesPerFrame)
      try push(unsafe silence.span.bytes.extracting(0..<count * bytesPerFrame))
      left -= count
    }
  }

  private func push(_ frames: RawSpan) throws(ToolError) {
    // Before the dither, which would hide that a device gives nothing but zeros.
    reporter.measure(frames, encoding: chain.input.encoding, gain: plan.gain)
    try chain.push(frames) { frames throws(ToolError) in try write(frames) }
  }

  private func write(_ frames: RawSpan) throws(ToolError) {
    let bytesPerFrame = sink.format.bytesPerFrame
    let count = budget.admit(frames.byteCount / bytesPerFrame)
    guard count > 0 else { return }
    let frames = frames.extracting(0..<count * bytesPerFrame)
    try sink.write(frames, captured: captured)
    captured = captured.map { $0 + Double(count) / sink.format.rate }
  }
}

/// The progress of a run.
struct Progress {
  /// Device frames before the next one.
  var frame: Int
  /// Seconds done.
  var seconds: Double
  /// The total length in seconds, if known.
  var length: Double?
}
