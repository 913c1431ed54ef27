internal import SoundDevice
internal import SoundTool

/// One run of a program's stream: started once, ended by the first that ends it, stopped once,
/// reported once. What was captured before the end is still written. On the main thread.
final class StreamRun {
  /// What ended it, unless that was its own end.
  private(set) var failure: ToolError?
  /// Whether the stream was stopped.
  private(set) var isHalted = false
  /// How far it has got.
  var progress: () -> Progress = { Progress(frame: 0, seconds: 0) }

  private let stream: any AudioStreaming
  private let device: Device
  /// The stream that this one's frames come from, where that is another one.
  private let partner: (stream: any AudioStreaming, device: Device)?
  private let policy: LossPolicy
  private let reporter: RunReporter
  private let signals: StreamSignals
  private var isOver: (@Sendable () -> Bool)?
  private var isEnding = false

  /// - Parameters:
  ///   - device: The one that messages name.
  ///   - partner: The stream that its frames come from, where that is another one: started, paused
  ///     and stopped with it.
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

  /// The run ends, as it is meant to, once `isOver` says so.
  func ends(when isOver: (@Sendable () -> Bool)?) { self.isOver = isOver }

  // MARK: Life

  /// Calls `body` and keeps what it throws, if that is the first.
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
      end(.running(error, device))
    } else if !isEnding, isOver?() == true {
      end(nil)
    }
    return isEnding
  }

  /// Whether who waits for frames should ask ``shouldEnd()``.
  func isInterrupted() -> Bool {
    isHalted || SignalCenter.shared.isStopping || signals.hasFailed || isOver?() == true
  }

  /// Stops the stream, once; one that is lost is left alone.
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

  /// Stops the stream that the frames come from; nothing more is wanted of it.
  func haltPartner() {
    guard let partner, !partner.stream.isLost, !partner.stream.isStopped else { return }
    do throws(PortAudioError) { try partner.stream.abort() } catch {
      end(.running(error, partner.device))
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

  /// Reports the gaps of a stream that nobody reads from.
  func noteGaps() { for gap in stream.takeGaps() { note(LineGap(gap)) } }

  /// Where nothing that was captured is at stake: reports what has happened to the stream.
  ///
  /// - Throws: What ends the run: a loss, where that is the policy, a stop, a lost device.
  func check() throws(ToolError) {
    noteGaps()
    if stream.isLost { end(.lost(device)) }
    if let partner, partner.stream.isLost { end(.lost(partner.device)) }
    update()
    if shouldEnd(), let failure { throw failure }
  }

  /// Whether the stream has finished, now or within a tenth of a second.
  private func hasFinished() -> Bool {
    // A lost stream has finished too; `check` reports that.
    do throws(PortAudioError) { return try stream.wait(timeout: 0.1) } catch { return true }
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
    guard gap.isLoss else { return }
    let line = reporter.lose(gap, at: gap.position ?? progress().frame)
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

  /// Reports the whole run, and throws what ended it.
  ///
  /// - Parameters:
  ///   - report: What became of all frames in the end, where the program knows more than the
  ///     stream.
  ///   - output: What was written.
  ///   - clipped: Samples clipped.
  func finish(
    _ report: LossReport? = nil, output: String? = nil, clipped: Int
  ) throws(ToolError) {
    reporter.begin(stream, device)
    let losses = stream.losses
    let isWhole = failure == nil || failure?.kind == .stopped
    // What a failure leaves undone, or a reader that goes away, is no loss to warn of; what a stop
    // leaves is.
    let hasLost = reporter.finish(
      report ?? losses, warningOf: isWhole ? report ?? losses : losses,
      output: output.map { ($0, progress().seconds) }, clipped: clipped,
      isTotalReported: policy.isTotalReported)
    if hasLost { ProgramExit.remember(policy.status) }
    if let failure { throw failure }
  }
}
