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

  private let stream: any AudioStreaming
  private let device: Device
  /// The stream that supplies this one's frames, if it is a different one.
  private let partner: (stream: any AudioStreaming, device: Device)?
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
  init(
    _ stream: any AudioStreaming, _ device: Device, _ policy: LossPolicy, _ reporter: RunReporter,
    partner: (stream: any AudioStreaming, device: Device)? = nil,
    status: @escaping @Sendable () -> String
  ) {
    self.stream = stream
    self.device = device
    self.partner = partner
    self.policy = policy
    self.reporter = reporter
    signals = StreamSignals([stream] + (partner.map { [$0.stream] } ?? []), status: status)
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
    do throws(PortAudioError) { try stream.start() } catch { throw .running(error, device) }
    guard let partner else { return }
    do throws(PortAudioError) { try partner.stream.start() } catch {
      throw .running(error, partner.device)
    }
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
      end(.running(error, device))
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
    guard !stream.isLost else { return }
    do throws(PortAudioError) {
      switch mode {
      case .drain: try stream.stop()
      case .abort: try stream.abort()
      }
    } catch { end(.running(error, device)) }
  }

  /// Stops the stream that supplies the frames, which are no longer needed.
  func haltPartner() {
    guard let partner, !partner.stream.isLost, !partner.stream.isStopped else { return }
    do throws(PortAudioError) { try partner.stream.abort() } catch {
      end(.running(error, partner.device))
    }
  }

  enum StopMode {
    /// After all output handed over has been played.
    case drain
    case abort
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

  /// Reports the gaps of a stream without a reader.
  func noteGaps() { for gap in stream.takeGaps() { note(LineGap(gap)) } }

  /// Reports the stream's events, for runs without captured frames to save.
  ///
  /// - Throws: The reason to end the run: a loss, if that is the policy, a stop or a lost device.
  func check() throws(ToolError) {
    noteGaps()
    if stream.isLost { end(.lost(device, stream)) }
    if let partner, partner.stream.isLost { end(.lost(partner.device, partner.stream)) }
    update()
    if shouldEnd(), let failure { throw failure }
  }

  /// Whether the stream has finished, now or within a tenth of a second.
  private func hasFinished() -> Bool {
    // A lost stream has finished too; `check` reports that.
    do throws(PortAudioError) { return try stream.wait(timeout: .seconds(0.1)) } catch {
      return true
    }
  }

  /// Waits until the stream has finished, checking meanwhile.
  func waitUntilFinished() throws(ToolError) {
    while !hasFinished() || stream.isPaused {
      try check()
      if stream.isPaused { SoundSystem.pause(seconds: 0.05) }
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
    reporter.begin(stream, device)
    reporter.update(stream.losses, progress)
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
    reporter.begin(stream, device)
    let losses = stream.losses
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
