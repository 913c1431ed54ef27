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
  private let showsSummary: Bool
  private var meter: LevelMeter?
  // Since the line was drawn, since levels were fed, and since the beginning.
  private var linePeaks = PeakHold()
  private var feedPeaks = PeakHold()
  private var runPeaks = PeakHold()
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
    showsSummary = plan.showsSummary
    let isMeasured = line != nil || feed != nil || showsSummary
    if isMeasured, channelCount > 0 { meter = LevelMeter(channelCount: channelCount) }
  }

  /// Takes frames into the levels.
  func measure(_ frames: RawSpan, encoding: SampleEncoding) {
    meter?.reset()
    meter?.update(frames, encoding: encoding)
    guard let meter else { return }
    linePeaks.hold(meter)
    feedPeaks.hold(meter)
    runPeaks.hold(meter)
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
      defer { linePeaks.reset() }
      let progress = progress()
      return ProgressLine.Status(
        position: progress.seconds, length: progress.length, levels: linePeaks.decibels,
        remark: words.total(losses) ?? "")
    }
    // What fills the ring before the stream starts is reported afterwards.
    guard let feed, hasBegun, !feedPeaks.isEmpty, levelLimit.pass() != nil else { return }
    feed.levels(feedPeaks.decibels, position: progress().seconds)
    feedPeaks.reset()
  }

  /// Reports a loss to the feed.
  ///
  /// - Returns: What a line says of it.
  func lose(_ gap: LineGap, at frame: Int) -> String {
    feed?.loss(gap, at: frame)
    return words.line(for: gap, at: frame)
  }

  /// Reports the ratio of two clocks to the feed.
  func adapt(_ status: AdaptStatus) { feed?.ratio(status) }

  /// Prints a line about a loss, unless there was one just now.
  func note(_ line: String) { limit.note("", line) }

  /// Says how large a prebuffer has become.
  func note(prebuffer frameCount: Int) {
    guard frameCount != reportedPrebuffer else { return }
    reportedPrebuffer = frameCount
    Messages.detail("", "prebuffer is now \(counted(frameCount, "frame"))")
  }

  /// Prints what a recording came to, and totals, and keeps the counts for the feed's end.
  ///
  /// - Parameters:
  ///   - output: What was written, and how many seconds of it; nil for a program that only plays.
  ///   - report: What became of all frames.
  ///   - warned: What a line warns of.
  ///   - clipped: Samples clipped.
  /// - Returns: Whether frames were lost, and a line said so.
  func finish(
    _ report: LossReport, warningOf warned: LossReport, output: (name: String, seconds: Double)?,
    clipped: Int, isTotalReported: Bool
  ) -> Bool {
    let paused = Double(report.pausedFrameCount) / rate
    if clipped > 0 { Messages.note("", "\(counted(clipped, "sample")) clipped") }
    if paused > 0 { Messages.note("", "paused for \(Int((paused * 1000).rounded())) ms") }
    feed?.end(
      report, output: output, peaks: runPeaks.decibels, clippedCount: clipped,
      pausedSeconds: paused)
    if showsSummary, let output {
      let length = ProgressLine.clock(output.seconds)
      Messages.note(output.name, "\(length), \(LossMessages.peaks(runPeaks))")
    }
    guard isTotalReported, let total = words.total(warned) else { return false }
    Messages.note("", total)
    return true
  }
}
