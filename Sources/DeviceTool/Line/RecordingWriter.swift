internal import PCM
internal import SoundDevice
internal import SoundTool

/// Takes the segments of a recording: skips, fills, converts, measures and writes. One thread at a
/// time.
final class RecordingWriter {
  private let plan: RecordingPlan
  private let sink: any FrameSink
  private var chain: FormatChain
  private var clippedBefore = 0
  /// Seconds in other sinks before this one.
  private var secondsBefore = 0.0
  private let reporter: RunReporter?
  private let silence: [UInt8]
  private var length: Double?
  private var budget: FrameBudget
  private var toSkip: Int
  /// The capture time of the next frame to write.
  private var captured: Double?

  /// The account of the device's frames so far.
  private(set) var account = LossAccount()

  /// - Parameters:
  ///   - format: The segments' format.
  ///   - reporter: Measures the frames, unless a stage before does.
  init(
    _ plan: RecordingPlan, from format: StreamFormat, into sink: any FrameSink,
    _ reporter: RunReporter?
  ) throws(ToolError) {
    self.plan = plan
    self.sink = sink
    self.reporter = reporter
    chain = try Self.chain(plan, from: format, to: sink.format)
    silence = [UInt8](
      repeating: format.encoding.silentByte, count: 4096 * format.bytesPerFrame)
    length = plan.length?.seconds(at: sink.format.rate)
    budget = FrameBudget(
      plan.length?.frameCount(at: sink.format.rate), deviceRate: format.rate,
      rate: sink.format.rate)
    toSkip = plan.skippedFrameCount
  }

  private static func chain(
    _ plan: RecordingPlan, from input: StreamFormat, to output: StreamFormat
  ) throws(ToolError) -> FormatChain {
    try FormatChain(
      from: input, to: output, FormatChain.Options(gain: plan.gain, dither: plan.dither))
  }

  /// Goes on with another format of the device, and perhaps in another sink.
  ///
  /// - Parameter earlier: What took the frames before, and was flushed.
  convenience init(
    after earlier: RecordingWriter, from format: StreamFormat, into sink: any FrameSink
  ) throws(ToolError) {
    var plan = earlier.plan
    plan.length = earlier.remainingLength
    plan.skippedFrameCount = earlier.toSkip
    try self.init(plan, from: format, into: sink, earlier.reporter)
    let isSame = sink === earlier.sink
    clippedBefore = isSame ? earlier.clippedCount - sink.clippedCount : earlier.clippedCount
    secondsBefore = isSame ? earlier.secondsBefore : earlier.progress.seconds
    length = earlier.length
    account = earlier.account
  }

  private var remainingLength: FrameTime? {
    let seconds = budget.remainingSeconds ?? 0
    return switch plan.length {
    case nil: nil
    case .seconds: .seconds(seconds)
    case .frames: .frames(Int((seconds * sink.format.rate).rounded()))
    }
  }

  /// Whether the whole duration has passed.
  var isComplete: Bool { budget.isSpent }

  /// The output's name in messages.
  var name: String { sink.name }

  /// Samples clipped so far.
  var clippedCount: Int { clippedBefore + chain.clippedCount + sink.clippedCount }

  /// The progress so far.
  var progress: Progress {
    Progress(
      frame: account.taken,
      seconds: secondsBefore + Double(sink.frameCount) / sink.format.rate, length: length,
      remaining: budget.remainingSeconds)
  }

  /// Takes the next segment.
  ///
  /// - Throws: An error of the sink or the resampler; no segment may follow it.
  func take(_ segment: Segment) throws(ToolError) {
    switch segment {
    case .frames(let frames): try take(frames)
    case .gap(let gap): try take(gap)
    case .mark(let mark): if !mark.isBegin { try endEvent() }
    case .lost: break
    }
  }

  /// Writes the resampler's remaining frames, after the last segment.
  func flush() throws(ToolError) {
    try chain.finish { frames throws(ToolError) in try write(frames) }
  }

  /// Completes an event: what the resampler still has belongs to it.
  private func endEvent() throws(ToolError) {
    if chain.resamples {
      try flush()
      clippedBefore += chain.clippedCount
      chain = try Self.chain(plan, from: chain.input, to: chain.output)
    }
    try sink.completePart()
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
    case .unwanted: account.unwanted += gap.frameCount
    case .pause:
      guard plan.filling == .all, !gap.isBetweenEvents else { break }
      budget.extend(by: gap.frameCount)
      try fill(gap.frameCount)
    case .trimmed:
      account.trimmed += gap.frameCount
      let count = wanted(gap)
      account.missing.dropped += count
      if !gap.isBetweenEvents { budget.pass(count, isWritten: false) }
    case .host, .overflow, .reopening:
      let count = wanted(gap)
      if gap.cause == .overflow {
        account.missing.dropped += count
      } else {
        account.missing.lost += count
      }
      // The length is that of the events.
      guard !gap.isBetweenEvents else { break }
      let isFilled =
        plan.filling == .all || plan.filling == .unlessMutual && !gap.isMutual
      if isFilled { try fill(count) }
      budget.pass(count, isWritten: isFilled)
    }
  }

  /// How many of a gap's frames are missing from the length.
  private func wanted(_ gap: LineGap) -> Int {
    gap.isBetweenEvents ? gap.frameCount : budget.wanted(gap.frameCount)
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
    reporter?.measure(frames, encoding: chain.input.encoding, gain: plan.gain)
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
  /// Seconds after which that length has passed, if known.
  var remaining: Double?
}
