/// Estimates a host's loss before a block, in whole periods: from the jump of the input time if the
/// host only sets a flag, and from the clock alone if it never does.
struct LossEstimator {
  /// The maximum jump, in seconds; a longer one is a wrong time, not a loss.
  private static let maxJump = 10.0
  /// Seconds for which frames must stay behind the clock to count as lost; a late callback catches
  /// up sooner.
  private static let window = 0.5

  private let sampleRate: Double
  /// Whether only the clock reveals losses.
  private let infers: Bool
  /// Frames by which the host may fall behind the clock for good without a loss, as it changes its
  /// latency.
  private let tolerance: Double
  private var expectedInputTime: Double?

  private var start: Double?
  private var frameCount = 0
  private var windowStart = 0.0
  private var windowLag = Double.infinity
  /// How many frames the earliest callback of a window was behind the clock.
  private var knownLag: Double?

  /// - Parameter tolerance: Seconds by which the host may change its latency.
  init(sampleRate: Double, infers: Bool = false, tolerance: Double = 0) {
    self.sampleRate = sampleRate
    self.infers = infers
    self.tolerance = tolerance * sampleRate
  }

  /// Records a callback and returns the loss before it.
  ///
  /// - Parameters:
  ///   - isFlagged: Whether the host reports lost frames.
  ///   - period: The host's period, in frames.
  ///   - now: Seconds of a reliable clock, unlike `inputTime`.
  mutating func loss(
    isFlagged: Bool, inputTime: Double, frameCount count: Int, period: Int, now: Double
  ) -> HostLoss {
    let expected = expectedInputTime
    // 0 means that the host does not know the time.
    expectedInputTime = inputTime > 0 ? inputTime + Double(count) / sampleRate : nil
    let period = max(1, period)
    if infers { return inferred(count, period, now) }
    let isFirst = frameCount == 0
    frameCount += count
    // A flag on the very first block concerns the time before the start.
    guard isFlagged, !isFirst else { return HostLoss() }
    let jump = expected.map { (inputTime - $0) * sampleRate } ?? 0
    let isPlausible = jump > 0 && jump < Self.maxJump * sampleRate
    let periods = isPlausible ? max(1, Int((jump / Double(period)).rounded())) : 1
    return HostLoss(frameCount: periods * period, isEstimated: true)
  }

  /// The smallest lag of a window belongs to a punctual callback. If it grows by a period or more
  /// from one window to the next, that much is missing; if by less, clocks drift or the host has
  /// changed its latency.
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
    // A host that fills its own buffer first, or catches up, is ahead; that becomes the new
    // reference.
    let growth = windowLag - known
    guard periods > 0, growth > tolerance, growth < Self.maxJump * sampleRate else {
      knownLag = windowLag
      return HostLoss()
    }
    knownLag = known + Double(periods * period)
    return HostLoss(frameCount: periods * period, isEstimated: true)
  }
}
