internal import PCM
internal import SoundDevice
internal import SoundTool

/// All reports of a run: losses, levels, the progress line, the status feed and totals. It decides
/// nothing, and cannot make the run fail. One thread at a time.
final class RunReporter {
  private var words: LossMessages
  private var rate: Double
  private let limit = RateLimit()
  private let levelLimit = RateLimit(interval: 1)
  private let line: ProgressLine?
  private let feed: StatusFeed?
  private let showsSummary: Bool
  private let showsLevel: Bool
  private var meter: LevelMeter?
  // Since the last progress line, since the last levels in the feed, and since the start.
  private var linePeaks = PeakHold()
  private var feedPeaks = PeakHold()
  private var runPeaks = PeakHold()
  private var hasBegun = false
  private var reportedPrebuffer = 0
  private var didReportFreewheeling = false
  private var events: EventCount?

  /// - Parameters:
  ///   - rate: The device's rate, in hertz.
  ///   - channelCount: Channels of the measured frames, or 0 to measure nothing.
  ///   - isAligned: Whether input is kept only for frames that are played.
  /// - Throws: A usage error if the feed's descriptor is not open.
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
    events = plan.hasEvents ? EventCount() : nil
    showsLevel = plan.hasThreshold && Messages.verbosity >= .verbose && line == nil
    let isMeasured = line != nil || feed != nil || showsSummary || showsLevel
    if isMeasured, channelCount > 0 { meter = LevelMeter(channelCount: channelCount) }
  }

  /// Adds frames to the levels, as they are after `gain`.
  func measure(_ frames: RawSpan, encoding: SampleEncoding, gain: Gain = .unity) {
    meter?.reset()
    meter?.update(frames, encoding: encoding)
    guard let meter else { return }
    linePeaks.hold(meter, gain)
    feedPeaks.hold(meter, gain)
    runPeaks.hold(meter, gain)
  }

  /// Reports the start, once its time is known.
  func begin(_ leg: any DeviceLeg) {
    guard !hasBegun, let time = leg.startTime else { return }
    hasBegun = true
    feed?.start(leg, time: time)
  }

  /// Reports the progress, at the intended intervals.
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
    // Frames that fill the ring before the start are reported later.
    guard feed != nil || showsLevel, hasBegun, !feedPeaks.isEmpty, levelLimit.pass() != nil else {
      return
    }
    feed?.levels(feedPeaks.decibels, position: progress().seconds)
    if showsLevel { Messages.detail("", "level: \(LossMessages.peaks(feedPeaks))") }
    feedPeaks.reset()
  }

  /// Reports a loss to the feed.
  ///
  /// - Returns: The message about it.
  func lose(_ gap: LineGap, at frame: Int) -> String {
    feed?.loss(gap, at: frame)
    return words.line(for: gap, at: frame)
  }

  /// Reports the next file of a series to the feed.
  func beginFile(_ path: String, at frame: Int, captured: Double) {
    feed?.file(path, at: frame, captured: captured)
  }

  /// Counts frames between events.
  func discard(_ frameCount: Int) { events?.discard(frameCount) }

  /// Reports the beginning or the end of an event.
  func note(_ mark: Mark, at frame: Int) {
    let untriggered = events?.mark(mark) ?? 0
    feed?.trigger(mark, at: frame, untriggered: untriggered)
    Messages.detail(
      "",
      mark.isBegin
        ? "event begins at frame \(frame), \(counted(untriggered, "frame")) discarded before it"
        : "event ends at frame \(frame)")
  }

  /// Reports that a stretch of nothing but zeros has lasted for long, or has ended.
  func note(_ change: SilenceWatch.Change, captured: Double?) {
    feed?.silence(change, captured: captured)
    Messages.note("", words.line(for: change))
  }

  /// Reports that the device is lost, or back.
  func note(_ change: DeviceChange, id: String, at frame: Int) {
    feed?.reopen(change, at: frame)
    let line = words.line(for: change, at: frame)
    if case .back = change { Messages.note(id, line) } else { Messages.note("", line) }
  }

  /// Goes on at another rate of the device, in hertz.
  func change(rate: Double) {
    words = LossMessages(rate: rate, isAligned: words.isAligned)
    self.rate = rate
  }

  /// Reports the ratio of two clocks to the feed.
  func adapt(_ status: AdaptStatus) { feed?.ratio(status) }

  /// Prints a message about a loss, unless there was one just now.
  func note(_ line: String) { limit.note("", line) }

  /// Reports the prebuffer's new size.
  func note(prebuffer frameCount: Int) {
    guard frameCount != reportedPrebuffer else { return }
    reportedPrebuffer = frameCount
    Messages.detail("", "prebuffer is now \(counted(frameCount, "frame"))")
  }

  /// Prints the recording's summary and the totals, and keeps the counts for the feed's end.
  ///
  /// - Parameters:
  ///   - output: The recording's name and length in seconds; nil for a program that only plays.
  ///   - report: The final account of all frames.
  ///   - warned: The losses to warn about.
  ///   - clipped: Samples clipped.
  /// - Returns: Whether frames were lost, and a message said so.
  func finish(
    _ report: LossReport, warningOf warned: LossReport, output: (name: String, seconds: Double)?,
    clipped: Int, isTotalReported: Bool
  ) -> Bool {
    let paused = Double(report.pausedFrameCount) / rate
    if clipped > 0 { Messages.note("", "\(counted(clipped, "sample")) clipped") }
    if paused > 0 { Messages.note("", "paused for \(Int((paused * 1000).rounded())) ms") }
    feed?.end(
      report, output: output, peaks: runPeaks.decibels, clippedCount: clipped,
      pausedSeconds: paused, events: events)
    if showsSummary, let output {
      var length = ProgressLine.clock(output.seconds)
      if let events { length += ", \(counted(events.count, "event"))" }
      Messages.note(output.name, "\(length), \(LossMessages.peaks(runPeaks))")
    }
    guard isTotalReported, let total = words.total(warned) else { return false }
    Messages.note("", total)
    return true
  }
}
