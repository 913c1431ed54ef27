/// Estimates what a host lost before a block, in whole periods: from the jump of the input time where
/// it only flags a loss, and from the clock alone where it never does.
struct LossEstimator {
  /// A longer jump is no loss but a wrong time, in seconds.
  private static let longestJump = 10.0
  /// How long frames must stay behind the clock before they count as lost, in seconds: a callback that
  /// comes late makes up for it in less.
  private static let window = 0.5

  private let sampleRate: Double
  /// Whether only the clock tells.
  private let infers: Bool
  private var expectedInputTime: Double?

  private var start: Double?
  private var frameCount = 0
  private var windowStart = 0.0
  private var windowLag = Double.infinity
  /// Frames by which the earliest callback of a window was behind the clock.
  private var knownLag: Double?

  init(sampleRate: Double, infers: Bool = false) {
    self.sampleRate = sampleRate
    self.infers = infers
  }

  /// Notes one callback and returns what was lost before it.
  ///
  /// - Parameters:
  ///   - isFlagged: Whether the host says that it lost frames.
  ///   - period: The host's, in frames.
  ///   - now: Seconds of a clock that can be trusted, which `inputTime` cannot.
  mutating func loss(
    isFlagged: Bool, inputTime: Double, frameCount count: Int, period: Int, now: Double
  ) -> HostLoss {
    let expected = expectedInputTime
    // 0 is no time: the host does not know.
    expectedInputTime = inputTime > 0 ? inputTime + Double(count) / sampleRate : nil
    let period = max(1, period)
    if infers { return inferred(count, period, now) }
    let isFirst = frameCount == 0
    frameCount += count
    // A flag on the very first block is of the time before the start.
    guard isFlagged, !isFirst else { return HostLoss() }
    let jump = expected.map { (inputTime - $0) * sampleRate } ?? 0
    let isPlausible = jump > 0 && jump < Self.longestJump * sampleRate
    let periods = isPlausible ? max(1, Int((jump / Double(period)).rounded())) : 1
    return HostLoss(frameCount: periods * period, isEstimated: true)
  }

  /// The least lag of a window is that of a callback that came in time. Where it grows by a period or
  /// more from one window to the next, so much is missing; where it grows by less, clocks drift.
  private mutating func inferred(_ count: Int, _ period: Int, _ now: Double) -> HostLoss {
    let start = start ?? now
    if self.start == nil {
      self.start = now
      windowStart = now
    }
    let lag = (now - start) * sampleRate - Double(frameCount)
    frameCount += count
    windowLag = min(windowLag, lag)
    guard now - windowStart >= Self.window else { return HostLoss() }
    defer {
      windowStart = now
      windowLag = .infinity
    }
    let known = knownLag ?? windowLag
    let periods = Int(((windowLag - known) / Double(period)).rounded(.down))
    // A host that fills its own buffer first, or catches up, is ahead: that is the new measure.
    guard periods > 0, windowLag - known < Self.longestJump * sampleRate else {
      knownLag = windowLag
      return HostLoss()
    }
    knownLag = known + Double(periods * period)
    return HostLoss(frameCount: periods * period, isEstimated: true)
  }
}
