internal import SoundDevice
internal import SoundTool

/// One run of a program's stream: started once, ended by the first failure or request, stopped
/// once, reported once. Frames captured before the end are still written. On the main thread.
final class StreamRun {
  /// The failure that ended it, if any.
  private(set) var failure: ToolError?
  /// Whether the stream has been stopped.
  private(set) var isHalted = false
  /// The progress so far.
  var progress: () -> Progress = { Progress(frame: 0, seconds: 0) }

  private let leg: any DeviceLeg
  /// The device that supplies this one's frames, if it is a different one.
  private let partner: (any DeviceLeg)?
  /// The stream, if it is in this process.
  private let stream: (any AudioStreaming)?
  private let policy: LossPolicy
  private let reporter: RunReporter
  private let signals: StreamSignals
  private var isOver: (@Sendable () -> Bool)?
  private var isEnding = false

  /// - Parameters:
  ///   - device: The device that messages name.
  ///   - partner: The stream that supplies the frames, if it is a different one; it is started,
  ///     paused and stopped together with this one.
  ///   - status: The line for USR1. Called on the signal thread.
  convenience init(
    _ stream: any AudioStreaming, _ device: Device, _ policy: LossPolicy, _ reporter: RunReporter,
    partner: (stream: any AudioStreaming, device: Device)? = nil,
    status: @escaping @Sendable () -> String
  ) {
    self.init(
      Self.leg(stream, device), policy, reporter,
      partner: partner.map { partner in
        let stream = partner.stream
        return Self.leg(stream, partner.device)
      }, stream: stream, status: status)
  }

  /// A run of a device that may be in another process, whose frames are captured.
  init(
    _ leg: any DeviceLeg, _ policy: LossPolicy, _ reporter: RunReporter,
    partner: (any DeviceLeg)? = nil, stream: (any AudioStreaming)? = nil,
    status: @escaping @Sendable () -> String
  ) {
    self.leg = leg
    self.partner = partner
    self.stream = stream
    self.policy = policy
    self.reporter = reporter
    signals = StreamSignals([leg] + (partner.map { [$0] } ?? []), status: status)
  }

  private static func leg(_ stream: some AudioStreaming, _ device: Device) -> any DeviceLeg {
    StreamLeg(stream, device)
  }

  /// Makes the run end normally once `isOver` returns true.
  func ends(when isOver: (@Sendable () -> Bool)?) { self.isOver = isOver }

  // MARK: Life

  /// Calls `body` and keeps its error, if it is the first.
  func attempt(_ body: () throws(ToolError) -> Void) {
    do throws(ToolError) { try body() } catch { end(error) }
  }

  /// Starts the stream.
  func start() throws(ToolError) {
    try leg.start()
    try partner?.start()
  }

  /// Ends the run: sources return their remaining frames, then nothing. The first failure counts;
  /// nil is a normal end.
  func end(_ failure: ToolError?) {
    isEnding = true
    self.failure = self.failure ?? failure
  }

  /// Replaces the failure by one that explains it.
  func prefer(_ failure: ToolError?) {
    if let failure, failure.kind == .reported { self.failure = failure }
  }

  /// Whether the run is ending: ended already, or by a signal, the user or a failed pause.
  func shouldEnd() -> Bool {
    if SignalCenter.shared.isStopping {
      SignalCenter.shared.noticeStop()
      if !isEnding { end(.stopped) }
    } else if let error = signals.takeFailure() {
      end(error)
    } else if !isEnding, isOver?() == true {
      end(nil)
    }
    return isEnding
  }

  /// Whether a thread that waits for frames should call ``shouldEnd()``.
  func isInterrupted() -> Bool {
    isHalted || SignalCenter.shared.isStopping || signals.hasFailed || isOver?() == true
  }

  /// Stops the stream once; a lost one is left alone.
  func halt(_ mode: StopMode) {
    guard !isHalted else { return }
    isHalted = true
    haltPartner()
    attempt { () throws(ToolError) in try leg.halt(mode) }
  }

  /// Stops the stream that supplies the frames, which are no longer needed.
  func haltPartner() {
    attempt { () throws(ToolError) in try partner?.halt(.abort) }
  }

  // MARK: On the way

  /// Reports a segment before it is taken, and ends the run if the policy says so.
  func note(_ segment: Segment) {
    switch segment {
    case .frames: break
    case .gap(let gap): note(gap)
    case .mark(let mark): reporter.note(mark, at: progress().frame)
    case .lost(let error): end(error)
    }
    update()
  }

  /// Reports that the device is lost, or back.
  func note(_ change: DeviceChange) {
    reporter.note(change, id: leg.id, at: progress().frame)
  }

  /// Reports the gaps of a stream without a reader.
  func noteGaps() { for gap in stream?.takeGaps() ?? [] { note(LineGap(gap)) } }

  /// Reports the stream's events, for runs without captured frames to save.
  ///
  /// - Throws: The reason to end the run: a loss, if that is the policy, a stop or a lost device.
  func check() throws(ToolError) {
    noteGaps()
    for loss in [leg.loss, partner?.loss].compactMap(\.self) { end(loss) }
    update()
    if shouldEnd(), let failure { throw failure }
  }

  /// Whether the stream has finished, now or within a tenth of a second.
  private func hasFinished() -> Bool {
    guard let stream else { return true }
    // A lost stream has finished too; `check` reports that.
    do throws(PortAudioError) { return try stream.wait(timeout: .seconds(0.1)) } catch {
      return true
    }
  }

  /// Waits until the stream has finished, checking meanwhile.
  func waitUntilFinished() throws(ToolError) {
    while !hasFinished() || stream?.isPaused == true {
      try check()
      if stream?.isPaused == true { SoundSystem.pause(seconds: 0.05) }
    }
    try check()
  }

  private func note(_ gap: LineGap) {
    if gap.cause == .unwanted { reporter.discard(gap.frameCount) }
    guard gap.isLoss else { return }
    let line = reporter.lose(gap, at: gap.position ?? max(0, progress().frame - gap.age))
    guard policy.isReported(gap) else { return }
    if policy.ends(at: gap), !isEnding {
      end(.framesLost("", line))
    } else {
      reporter.note(line)
    }
    if let output = stream as? any AudioOutputStreaming {
      reporter.note(prebuffer: output.prebufferFrameCount)
    }
  }

  private func update() {
    reporter.begin(leg)
    reporter.update(leg.losses, progress)
  }

  // MARK: The end

  /// Reports the whole run, and throws the failure that ended it.
  ///
  /// - Parameters:
  ///   - report: The final account of all frames, if the program knows more than the stream.
  ///   - output: What was written.
  ///   - clipped: Samples clipped.
  func finish(
    _ report: LossReport? = nil, output: String? = nil, clipped: Int
  ) throws(ToolError) {
    reporter.begin(leg)
    let losses = leg.losses
    let isWhole = failure == nil || failure?.kind == .stopped
    // Frames left over by a failure, or by a reader that is gone, are not a loss to warn about;
    // frames left over by a stop are.
    let hasLost = reporter.finish(
      report ?? losses, warningOf: isWhole ? report ?? losses : losses,
      output: output.map { ($0, progress().seconds) }, clipped: clipped,
      isTotalReported: policy.isTotalReported)
    if hasLost { ProgramExit.remember(policy.status) }
    if let failure { throw failure }
  }
}
