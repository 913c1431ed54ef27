/// How a host's losses become known.
enum LossEvidence: Sendable, Equatable {
  /// By a flag on the block after a loss, whose input time jumps by the length.
  case flags
  /// By the clock, since no flag ever comes. The host may fall behind by `latencyChange` seconds
  /// without a loss.
  case clock(latencyChange: Double)
  /// By both: flags come late, or not at all, and the clock shows the place and the length. The
  /// host may fall behind by `latencyChange` seconds without a loss.
  case flagsAndClock(latencyChange: Double = 0)
}

/// Estimates a host's losses, in whole periods.
struct LossEstimator {
  /// The maximum jump, in seconds; a longer one is a wrong time, not a loss.
  private static let maxJump = 10.0

  private let sampleRate: Double
  private let evidence: LossEvidence
  private var meter: LagMeter
  private var expectedInputTime: Double?
  private var isFirst = true
  /// Lost output that a flag, but not yet the clock, has shown.
  private var unconfirmed = 0

  init(sampleRate: Double, evidence: LossEvidence = .flags) {
    self.sampleRate = sampleRate
    self.evidence = evidence
    let tolerance =
      switch evidence {
      case .flags: 0.0
      case .clock(let latencyChange), .flagsAndClock(let latencyChange): latencyChange
      }
    meter = LagMeter(sampleRate: sampleRate, tolerance: tolerance)
  }

  /// Records a callback and returns the losses that became known with it.
  ///
  /// - Parameters:
  ///   - flags: What the host reports.
  ///   - period: The host's period, in frames.
  ///   - now: Seconds of a reliable clock, unlike `inputTime`.
  mutating func losses(
    _ flags: CallbackFlags, inputTime: Double, frameCount count: Int, period: Int, now: Double
  ) -> (input: HostLoss, output: HostLoss) {
    // A flag on the very first block concerns the time before the start.
    let flags = isFirst ? CallbackFlags() : flags
    isFirst = false
    let period = max(1, period)
    switch evidence {
    case .flags:
      let jump = jump(inputTime, count, period)
      let loss = HostLoss(frameCount: max(jump, period), isEstimated: true)
      return (
        flags.contains(.inputOverflow) ? loss : HostLoss(),
        flags.contains(.outputUnderflow) ? loss : HostLoss()
      )
    case .clock:
      let loss = meter.advance(count, period: period, now: now)
      return (loss, loss)
    case .flagsAndClock:
      return measured(flags, count, period, now)
    }
  }

  /// The frames by which the input time has jumped, rounded to a period.
  private mutating func jump(_ inputTime: Double, _ count: Int, _ period: Int) -> Int {
    let expected = expectedInputTime
    // 0 means that the host does not know the time.
    expectedInputTime = inputTime > 0 ? inputTime + Double(count) / sampleRate : nil
    let jump = expected.map { (inputTime - $0) * sampleRate } ?? 0
    guard jump > 0, jump < Self.maxJump * sampleRate else { return 0 }
    return Int((jump / Double(period)).rounded()) * period
  }

  /// Both directions miss the time that the clock shows. A flag without a loss means that output
  /// came too late: another client's, unless a callback of ours was late.
  private mutating func measured(
    _ flags: CallbackFlags, _ count: Int, _ period: Int, _ now: Double
  ) -> (input: HostLoss, output: HostLoss) {
    var loss = meter.advance(count, period: period, now: now)
    let isFlagged = !flags.isDisjoint(with: [.inputOverflow, .outputUnderflow])
    if isFlagged, loss.frameCount == 0 { loss = meter.takeFlagged(period: period) }
    var output = loss
    let wasLate = isFlagged && meter.takeLateness(period: period, now: now)
    if wasLate, flags.contains(.outputUnderflow), loss.frameCount == 0 {
      output = HostLoss(frameCount: period, isEstimated: true)
      unconfirmed = period
    } else if loss.frameCount > 0 {
      output.frameCount -= min(unconfirmed, loss.frameCount)
      unconfirmed = 0
    }
    return (loss, output)
  }
}
