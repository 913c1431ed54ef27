internal import PCM
internal import SoundDevice
internal import SoundTool

/// All that is watched and told while a stream runs: losses, pauses, levels, the line on a
/// terminal, the status feed. One thread at a time, but for what the signals ask.
final class Monitor {
  private let stream: any AudioStreaming
  private let device: Device
  private let holder: StreamSignals
  private let policy: XrunPolicy
  private let words: LossMessages
  private let limit = RateLimit()
  private let levelLimit = RateLimit(interval: 1)
  private let line: ProgressLine?
  private let feed: StatusFeed?
  private var meter: LevelMeter?
  private var feedMeter: LevelMeter?
  /// Gaps in input that lie beyond what has been read.
  private var gapsAhead: [Gap] = []
  /// Frames that were read and are nobody's: positions of gaps are told without them.
  var skipped = 0
  /// Whether the first loss ends the run, where the policy says so. What is left to write of a run
  /// that has ended is written, and its losses are only told.
  var endsAtLoss = true
  private var didReportStart = false
  private var reportedPrebuffer = 0
  private var didReportFreewheeling = false
  private var pausedSeconds = 0.0
  private var clippedCount = 0

  /// - Parameters:
  ///   - channelCount: Channels of what is measured, 0 for nothing.
  ///   - status: The line for USR1.
  init(
    _ stream: any AudioStreaming, _ device: Device, policy: XrunPolicy, _ reporting: Reporting,
    channelCount: Int, isAligned: Bool = false, status: @escaping @Sendable () -> String
  ) {
    self.stream = stream
    self.device = device
    self.policy = policy
    line = reporting.line
    feed = reporting.feed
    words = LossMessages(rate: stream.sampleRate, isAligned: isAligned)
    holder = StreamSignals(stream, device, status: status)
    if channelCount > 0 {
      if line != nil { meter = LevelMeter(channelCount: channelCount) }
      if feed != nil { feedMeter = LevelMeter(channelCount: channelCount) }
    }
  }

  /// Takes frames into the levels.
  func measure(_ frames: RawSpan, encoding: SampleEncoding) {
    meter?.update(frames, encoding: encoding)
    feedMeter?.update(frames, encoding: encoding)
  }

  /// Tells what has happened since the last call.
  ///
  /// - Parameters:
  ///   - position: Seconds done.
  ///   - length: Seconds in all, if known.
  /// - Throws: Status 3, where the policy is to stop at the first loss.
  func look(
    position: @autoclosure () -> Double, length: @autoclosure () -> Double?
  ) throws(ToolError) {
    try look(
      position: position(), length: length(), from: 0, upTo: .max,
      gap: { _ throws(ToolError) in }, pause: { _ throws(ToolError) in })
  }

  /// Tells what has happened since the last call, and hands on `count` frames that were just read,
  /// with the gaps that lie among them.
  ///
  /// What ends the run takes none of these frames from it: they are handed on before it is thrown.
  /// Only whoever fails to take one gets none of those behind it.
  ///
  /// - Parameters:
  ///   - end: Where reading stands: a gap in input beyond it waits for a later call.
  ///   - position: Seconds done.
  ///   - length: Seconds in all, if known.
  ///   - frames: Called with frames to take, counted from the first of those that were read.
  ///   - gap: Called with each gap, in order.
  ///   - pause: Called with seconds of pauses since the last call.
  /// - Throws: Status 3, where the policy is to stop at the first loss; what the closures throw.
  func handOn(
    _ count: Int, upTo end: Int, position: @autoclosure () -> Double,
    length: @autoclosure () -> Double?, frames: (Range<Int>) throws(ToolError) -> Void,
    gap handle: (Gap) throws(ToolError) -> Void,
    pause: (Double) throws(ToolError) -> Void = { _ in }
  ) throws(ToolError) {
    let start = end - count
    var done = 0
    func attempt(upTo next: Int, _ body: () throws(ToolError) -> Void) throws(ToolError) {
      done = count
      try body()
      done = next
    }
    func pass(upTo next: Int) throws(ToolError) {
      let range = done..<min(max(next, done), count)
      guard !range.isEmpty else { return }
      try attempt(upTo: range.upperBound) { () throws(ToolError) in try frames(range) }
    }
    do throws(ToolError) {
      try look(position: position(), length: length(), from: start, upTo: end) {
        gap throws(ToolError) in
        if gap.direction == .input { try pass(upTo: gap.position - start) }
        try attempt(upTo: done) { () throws(ToolError) in try handle(gap) }
      } pause: { seconds throws(ToolError) in
        try attempt(upTo: done) { () throws(ToolError) in try pause(seconds) }
      }
    } catch {
      try pass(upTo: count)
      throw error
    }
    try pass(upTo: count)
  }

  private func look(
    position: @autoclosure () -> Double, length: @autoclosure () -> Double?, from start: Int,
    upTo end: Int, gap handle: (Gap) throws(ToolError) -> Void,
    pause: (Double) throws(ToolError) -> Void
  ) throws(ToolError) {
    reportStart()
    let pauses = holder.takePauses()
    pausedSeconds += pauses.seconds
    // What ends the run is thrown once all that came with it is told.
    var failure = pauses.failure
    if stream.losses.isFreewheeling, !didReportFreewheeling {
      didReportFreewheeling = true
      Messages.note("", "host is freewheeling")
    }
    let gaps = gapsAhead + stream.takeGaps()
    func isAhead(_ gap: Gap) -> Bool { gap.direction == .input && gap.position > end }
    gapsAhead = gaps.filter(isAhead)
    for var gap in gaps where !isAhead(gap) {
      try handle(gap)
      if gap.direction == .input {
        // One among frames that were passed over lies where the recording goes on.
        gap.position = max(gap.position, start) - skipped
      }
      do throws(ToolError) { try report(gap) } catch { failure = failure ?? error }
    }
    if pauses.seconds > 0 { try pause(pauses.seconds) }
    if let failure { throw failure }
    line?.update {
      defer { meter?.reset() }
      return ProgressLine.Status(
        position: position(), length: length(), levels: meter?.decibels ?? [],
        remark: words.total(stream.losses) ?? "")
    }
    // What fills the ring before the stream starts is told afterwards.
    if feedMeter != nil, didReportStart, levelLimit.pass() != nil {
      feed?.levels(feedMeter?.decibels ?? [], position: position())
      feedMeter?.reset()
    }
  }

  /// Waits until the stream has finished, telling what happens meanwhile.
  func waitUntilFinished(_ look: () throws(ToolError) -> Void) throws(ToolError) {
    try holder.waitUntilFinished(look)
  }

  /// Throws if the device is lost.
  func checkDevice() throws(ToolError) { try holder.checkDevice() }

  private func reportStart() {
    guard let feed, !didReportStart, let time = stream.session.startTime else { return }
    didReportStart = true
    feed.start(stream, device, time: time)
  }

  /// Tells of frames that are missing.
  ///
  /// - Throws: Status 3, where the policy is to stop at the first loss.
  func report(_ gap: Gap) throws(ToolError) {
    feed?.loss(gap)
    guard !gap.isFreewheeling, policy != .ignore else { return }
    if policy == .abort, endsAtLoss {
      endsAtLoss = false
      throw .framesLost("", words.line(for: gap))
    }
    limit.note("", words.line(for: gap))
    if let stream = stream as? PipedStream, stream.prebufferFrameCount != reportedPrebuffer {
      reportedPrebuffer = stream.prebufferFrameCount
      Messages.detail("", "prebuffer is now \(counted(reportedPrebuffer, "frame"))")
    }
  }

  /// Prints totals and remembers the exit status that follows from losses.
  ///
  /// - Parameters:
  ///   - failure: What ended the run early. What a failure leaves undone, or a reader that goes away,
  ///     is no loss to warn of; what a stop does is.
  ///   - settle: Moves to their place what the program knows of frames that the stream does not:
  ///     who took them in the end.
  func conclude(
    clippedCount: Int, after failure: ToolError? = nil,
    _ settle: (inout LossReport) -> Void = { _ in }
  ) {
    reportStart()
    for var gap in gapsAhead + stream.takeGaps() {
      gap.position -= skipped
      feed?.loss(gap)
    }
    if clippedCount > 0 { Messages.note("", "\(counted(clippedCount, "sample")) clipped") }
    if pausedSeconds > 0 {
      Messages.note("", "paused for \(Int((pausedSeconds * 1000).rounded())) ms")
    }
    var losses = stream.losses
    settle(&losses)
    feed?.end(losses, clippedCount: clippedCount, pausedSeconds: pausedSeconds)
    let isWhole = failure == nil || failure?.kind == .stopped
    guard policy != .ignore, let total = words.total(isWhole ? losses : stream.losses) else {
      return
    }
    Messages.note("", total)
    if policy == .fail || policy == .abort { ProgramExit.remember(.framesLost) }
  }
}

/// Where a program tells what it does, besides its messages.
public struct Reporting {
  let line: ProgressLine?
  let feed: StatusFeed?
}
