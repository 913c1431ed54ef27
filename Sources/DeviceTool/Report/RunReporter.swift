internal import PCM
internal import SoundDevice
internal import SoundTool

/// All that a run reports: losses, levels, the line on a terminal, the status feed, totals. It
/// decides nothing, and nothing it does can fail the run. One thread at a time.
final class RunReporter {
  private let words: LossMessages
  private let rate: Double
  private let limit = RateLimit()
  private let levelLimit = RateLimit(interval: 1)
  private let line: ProgressLine?
  private let feed: StatusFeed?
  private var meter: LevelMeter?
  private var feedMeter: LevelMeter?
  private var hasBegun = false
  private var reportedPrebuffer = 0
  private var didReportFreewheeling = false

  /// - Parameters:
  ///   - rate: Of the device's frames, in hertz.
  ///   - channelCount: Channels of what is measured, 0 for nothing.
  ///   - isAligned: Whether input is kept only for what is played.
  /// - Throws: a usage error where the feed's descriptor is not open.
  init(
    _ plan: ReportPlan, rate: Double, channelCount: Int, isAligned: Bool = false
  ) throws(ToolError) {
    words = LossMessages(rate: rate, isAligned: isAligned)
    self.rate = rate
    line = plan.showsLine ? ProgressLine() : nil
    feed = try plan.descriptor.map { descriptor throws(ToolError) in
      try StatusFeed(descriptor: StandardStreams.current(descriptor))
    }
    guard channelCount > 0 else { return }
    if line != nil { meter = LevelMeter(channelCount: channelCount) }
    if feed != nil { feedMeter = LevelMeter(channelCount: channelCount) }
  }

  /// Takes frames into the levels.
  func measure(_ frames: RawSpan, encoding: SampleEncoding) {
    meter?.update(frames, encoding: encoding)
    feedMeter?.update(frames, encoding: encoding)
  }

  /// Reports the start, once it is known when that was.
  func begin(_ stream: any AudioStreaming, _ device: Device) {
    guard !hasBegun, let time = stream.startTime else { return }
    hasBegun = true
    feed?.start(stream, device, time: time)
  }

  /// Reports how far the run has got, as often as that is wanted.
  func update(_ losses: LossReport, _ progress: () -> Progress) {
    if losses.isFreewheeling, !didReportFreewheeling {
      didReportFreewheeling = true
      Messages.note("", "host is freewheeling")
    }
    line?.update {
      defer { meter?.reset() }
      let progress = progress()
      return ProgressLine.Status(
        position: progress.seconds, length: progress.length, levels: meter?.decibels ?? [],
        remark: words.total(losses) ?? "")
    }
    // What fills the ring before the stream starts is reported afterwards.
    guard hasBegun, let measured = feedMeter, measured.frameCount > 0, levelLimit.pass() != nil
    else { return }
    feed?.levels(measured.decibels, position: progress().seconds)
    feedMeter?.reset()
  }

  /// Reports a loss to the feed.
  ///
  /// - Returns: What a line says of it.
  func lose(_ gap: LineGap, at frame: Int) -> String {
    feed?.loss(gap, at: frame)
    return words.line(for: gap, at: frame)
  }

  /// Prints a line about a loss, unless there was one just now.
  func note(_ line: String) { limit.note("", line) }

  /// Says how large a prebuffer has become.
  func note(prebuffer frameCount: Int) {
    guard frameCount != reportedPrebuffer else { return }
    reportedPrebuffer = frameCount
    Messages.detail("", "prebuffer is now \(counted(frameCount, "frame"))")
  }

  /// Prints totals, and keeps the counts for the feed's end.
  ///
  /// - Parameters:
  ///   - report: What became of all frames.
  ///   - warned: What a line warns of.
  ///   - clipped: Samples clipped.
  /// - Returns: Whether frames were lost, and a line said so.
  func finish(
    _ report: LossReport, warningOf warned: LossReport, clipped: Int, isTotalReported: Bool
  ) -> Bool {
    let paused = Double(report.pausedFrameCount) / rate
    if clipped > 0 { Messages.note("", "\(counted(clipped, "sample")) clipped") }
    if paused > 0 { Messages.note("", "paused for \(Int((paused * 1000).rounded())) ms") }
    feed?.end(report, clippedCount: clipped, pausedSeconds: paused)
    guard isTotalReported, let total = words.total(warned) else { return false }
    Messages.note("", total)
    return true
  }
}
