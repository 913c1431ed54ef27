internal import SoundDevice
internal import SoundTool

/// One run of a program's streams: started once, ended by the first that ends it, stopped once,
/// reported once. What was captured before the end is still written. On the main thread.
final class StreamRun {
  /// A stream and the device that messages name.
  struct Leg {
    let stream: any AudioStreaming
    let device: Device
  }

  /// What ended it, unless that was its own end.
  private(set) var failure: ToolError?
  /// Whether the streams were stopped.
  private(set) var isHalted = false
  /// How far it has got.
  var progress: () -> Progress = { Progress(frame: 0, seconds: 0) }

  private let legs: [Leg]
  private let policy: LossPolicy
  private let reporter: RunReporter
  private let signals: StreamSignals
  private var isOver: (@Sendable () -> Bool)?
  private var isEnding = false

  /// - Parameter status: The line for USR1. Called on the signal thread.
  init(
    _ legs: [Leg], _ policy: LossPolicy, _ reporter: RunReporter,
    status: @escaping @Sendable () -> String
  ) {
    self.legs = legs
    self.policy = policy
    self.reporter = reporter
    signals = StreamSignals(legs.map(\.stream), status: status)
  }

  /// Wakes the run, to ask whether it is over. Any thread.
  var wakeUp: @Sendable () -> Void {
    let signals = signals
    return { signals.wakeWaiting() }
  }

  /// The run ends, as it is meant to, once `isOver` says so.
  func ends(when isOver: (@Sendable () -> Bool)?) { self.isOver = isOver }

  /// The account of the streams.
  var losses: LossReport {
    legs.dropFirst().reduce(legs[0].stream.losses) { $0 + $1.stream.losses }
  }

  // MARK: Life

  /// Calls `body` and keeps what it throws, if that is the first.
  func attempt(_ body: () throws(ToolError) -> Void) {
    do throws(ToolError) { try body() } catch { end(error) }
  }

  /// Starts the streams.
  func start() throws(ToolError) {
    for leg in legs {
      do throws(PortAudioError) { try leg.stream.start() } catch {
        throw .running(error, leg.device)
      }
    }
  }

  /// The run ends: sources give what they hold, and then nothing. The first failure counts; nil is
  /// an end that was meant.
  func end(_ failure: ToolError?) {
    isEnding = true
    self.failure = self.failure ?? failure
  }

  /// Takes a failure that explains the one that there is.
  func prefer(_ failure: ToolError?) {
    if let failure, failure.kind == .reported { self.failure = failure }
  }

  /// Whether the run is ending: it was ended, or a signal, the user or a pause that failed ends it.
  func shouldEnd() -> Bool {
    if SignalCenter.shared.isStopping {
      SignalCenter.shared.noticeStop()
      if !isEnding { end(.stopped) }
    } else if let error = signals.takeFailure() {
      end(.running(error, legs[0].device))
    } else if !isEnding, isOver?() == true {
      end(nil)
    }
    return isEnding
  }

  /// Whether who waits for frames should ask ``shouldEnd()``.
  func isInterrupted() -> Bool {
    isHalted || SignalCenter.shared.isStopping || signals.hasFailed || isOver?() == true
  }

  /// Stops the streams, once; one that is lost is left alone.
  func halt(_ mode: StopMode) {
    guard !isHalted else { return }
    isHalted = true
    for leg in legs where !leg.stream.isLost {
      do throws(PortAudioError) {
        switch mode {
        case .drain: try leg.stream.stop()
        case .abort: try leg.stream.abort()
        }
      } catch { end(.running(error, leg.device)) }
    }
  }

  enum StopMode {
    /// After what was handed over has been played.
    case drain
    case abort
  }

  // MARK: On the way

  /// Reports a segment before it is taken, and ends the run where the policy is to end at it.
  func note(_ segment: Segment) {
    switch segment {
    case .frames: break
    case .gap(let gap): note(gap)
    case .lost(let error): end(error)
    }
    update()
  }

  /// Reports the gaps of streams that nobody reads from.
  func noteGaps() {
    for leg in legs { for gap in leg.stream.takeGaps() { note(LineGap(gap)) } }
  }

  /// Where nothing that was captured is at stake: reports what has happened to the streams.
  ///
  /// - Throws: What ends the run: a loss, where that is the policy, a stop, a lost device.
  func check() throws(ToolError) {
    noteGaps()
    for leg in legs where leg.stream.isLost { end(.failure(leg.device.id, "device lost")) }
    update()
    if shouldEnd(), let failure { throw failure }
  }

  /// Waits until the first stream has finished, checking meanwhile.
  func waitUntilFinished() throws(ToolError) {
    let stream = legs[0].stream
    while !stream.wait(timeout: 0.1) || stream.isPaused {
      try check()
      if stream.isPaused { SoundSystem.pause(seconds: 0.05) }
    }
    try check()
  }

  private func note(_ gap: LineGap) {
    guard gap.isLoss else { return }
    let line = reporter.lose(gap, at: gap.position ?? progress().frame)
    guard policy.isReported(gap) else { return }
    if policy.ends(at: gap), !isEnding {
      end(.framesLost("", line))
    } else {
      reporter.note(line)
    }
    for leg in legs {
      guard let output = leg.stream as? any AudioOutputStreaming else { continue }
      reporter.note(prebuffer: output.prebufferFrameCount)
    }
  }

  private func update() {
    reporter.begin(legs[0].stream, legs[0].device)
    reporter.update(losses, progress)
  }

  // MARK: The end

  /// Reports the whole run, and throws what ended it.
  ///
  /// - Parameters:
  ///   - report: What became of all frames in the end, where the program knows more than the
  ///     streams.
  ///   - clipped: Samples clipped.
  func finish(_ report: LossReport? = nil, clipped: Int) throws(ToolError) {
    reporter.begin(legs[0].stream, legs[0].device)
    let losses = losses
    let isWhole = failure == nil || failure?.kind == .stopped
    // What a failure leaves undone, or a reader that goes away, is no loss to warn of; what a stop
    // leaves is.
    let hasLost = reporter.finish(
      report ?? losses, warningOf: isWhole ? report ?? losses : losses, clipped: clipped,
      isTotalReported: policy.isTotalReported)
    if hasLost { ProgramExit.remember(policy.status) }
    if let failure { throw failure }
  }
}

extension LossReport {
  /// The account of two streams together.
  fileprivate static func + (a: LossReport, b: LossReport) -> LossReport {
    var sum = a
    sum.input += b.input
    sum.output += b.output
    sum.pausedFrameCount = max(a.pausedFrameCount, b.pausedFrameCount)
    sum.isFreewheeling = a.isFreewheeling || b.isFreewheeling
    return sum
  }
}

extension LossReport.Counts {
  fileprivate static func += (a: inout Self, b: Self) {
    a.hostFrameCount += b.hostFrameCount
    a.delivered += b.delivered
    a.dropped += b.dropped
    a.lost += b.lost
    a.lostIsEstimated = a.lostIsEstimated || b.lostIsEstimated
    a.lossCount += b.lossCount
    a.inserted += b.inserted
    a.discarded += b.discarded
    a.padding += b.padding
  }
}
