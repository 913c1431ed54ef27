/// Finds the ratio of two clocks, a writer's and a device's, from how much stands between them, and
/// holds that at a target. A value without a clock or a thread of its own.
///
/// A loop of second order, critically damped. It sees the median of the fill under a Hann window of
/// one second, every half second, so that neither blocks nor bursts of 100 ms move the ratio, nor a
/// write or a block that is late now and then. Its
/// natural frequency is 0.3 rad/s (48 mHz) for the first ten seconds, then falls in proportion to
/// the time, down to 0.02 rad/s (3 mHz). The ratio glides between two steps. Clocks may be
/// 1000 ppm apart; 100 ppm more bring the fill back to its target.
///
/// Lateness that the ratio would need minutes to make up is cut, at once, by leaving out frames
/// that arrive. A writer that waits for room is no clock: the ratio stays 1, nothing is cut.
///
/// All fills and times are in frames of the device.
public struct RateController: Sendable {
  /// How far apart two clocks may be.
  public static let driftLimit = 1000e-6
  /// How far from 1 the ratio may be.
  public static let ratioLimit = 1100e-6

  /// The fill that is held: its median, of regular bursts their mean.
  public let target: Double
  private let rate: Double
  /// The fill is at its target as long as it is not further from it.
  private let tolerance: Double

  /// Output frames to make of one frame, beside the ratio of the nominal rates.
  public private(set) var ratio = 1.0
  /// Whether the clocks' ratio is known and the fill is at its target.
  public private(set) var isLocked = false
  /// Whether the writer has shown that it keeps time.
  public private(set) var isClock = false
  /// How often frames were left out to be in time again.
  public private(set) var cutCount = 0
  /// Least and greatest median of the fill while it was locked; nil before.
  public private(set) var range: ClosedRange<Double>?

  private var window: FillWindow
  /// The part of the ratio that remembers the clocks: how far from 1 it is.
  private var drift = 0.0
  /// The ratio at which the next step begins, and its slope per frame.
  private var goal = 1.0
  private var slope = 0.0
  private var trackedSeconds = 0.0
  private var missCount = 0

  private var hasBegun = false
  private var burst: Double?
  private var run = 0.0
  private var isRunWhole = true
  private var evidence = ClockEvidence()

  private var cut = Cut.none
  /// Whether the fill is brought to its target as it is: at the beginning, and after a backlog,
  /// whose end says nothing about when the next burst comes.
  private var isSettling = true
  private var cutFrameCount = 0.0
  private var finishedCut = 0.0
  private var lastCuts: [Double] = []
  private var time = 0.0

  private enum Cut: Equatable {
    case none
    /// So many frames are left out.
    case frames(Double)
    /// What comes is left out as long as more than enough stands there.
    case backlog
  }

  /// - Parameters:
  ///   - target: The fill to hold, in frames.
  ///   - period: The device's block, in frames.
  ///   - rate: The device's, in hertz.
  public init(target: Double, period: Double, rate: Double) {
    self.target = target
    self.rate = rate
    tolerance = 2 * period
    window = FillWindow(length: rate, middle: target, step: period / 16)
  }

  /// The ratio as its distance from 1, in millionths.
  public var partsPerMillion: Double { (ratio - 1) * 1e6 }

  /// Frames left out by the cut that has just ended, 0 for none.
  public mutating func takeCut() -> Double {
    defer { finishedCut = 0 }
    return finishedCut
  }

  // MARK: What arrives

  /// What becomes of frames that arrive.
  public struct Admission: Equatable, Sendable {
    /// Frames of silence to be written before them.
    public var silence = 0.0
    /// Frames of them to be left out, the last ones.
    public var dropped = 0.0
  }

  /// Frames arrive.
  ///
  /// - Parameters:
  ///   - count: What they are worth.
  ///   - fill: What stands between writer and device besides, except for `behind`.
  ///   - behind: What waits behind them, as far as that is known.
  ///   - isDry: Whether the device has nothing to play, at the beginning or because the writer was
  ///     late.
  public mutating func admit(_ count: Double, fill: Double, behind: Double = 0, isDry: Bool)
    -> Admission
  {
    var admission = Admission()
    evidence.arrived += count
    run += count
    if isDry || !hasBegun {
      let arrived = count + behind
      let wanted = target + (burst ?? arrived) / 2
      admission.silence = max(0, wanted - fill - arrived)
      // What was sent while nothing played is late now.
      if hasBegun, isClock { cut = .backlog }
      isRunWhole = false
      hasBegun = true
      window.restart()
      evidence.restart()
    }
    switch cut {
    case .none: break
    case .frames(let left):
      admission.dropped = min(count, left)
      cut = .frames(left - admission.dropped)
      cutFrameCount += admission.dropped
      if left - admission.dropped <= 0 { endCut() }
    case .backlog:
      admission.dropped = min(count, max(0, fill + admission.silence + count - backlogLimit))
      cutFrameCount += admission.dropped
      if cutFrameCount > Self.longestBacklog * rate {
        isClock = false
        endCut()
      }
    }
    return admission
  }

  /// More than any recorder holds back, in seconds.
  private static let longestBacklog = 15.0

  private var backlogLimit: Double { target + (burst ?? 0) }

  /// Nothing more has arrived, for now.
  ///
  /// - Parameter fill: What stands between writer and device.
  public mutating func wait(fill: Double) {
    if cut == .backlog, fill <= backlogLimit + tolerance {
      cut = .none
      isSettling = true
      window.restart()
      evidence.restart()
    }
    guard run > 0 else { return }
    if isRunWhole {
      burst = burst.map { $0 + (run - $0) / 16 } ?? run
    } else {
      // What had waited for the beginning says nothing about time.
      evidence.restart()
    }
    run = 0
    isRunWhole = true
  }

  /// The writer waits for room.
  public mutating func press() {
    isRunWhole = false
    if isClock {
      if cut == .none { cut = .backlog }
    } else {
      drift = 0
      glide(to: 1)
      isLocked = false
      trackedSeconds = 0
    }
    window.restart()
    evidence.restart()
  }

  private mutating func endCut() {
    let hadCut = cut != .none
    cut = .none
    isSettling = false
    if hadCut {
      window.restart()
      evidence.restart()
    }
    guard cutFrameCount > 0 else { return }
    finishedCut += cutFrameCount
    cutFrameCount = 0
    cutCount += 1
    lastCuts = lastCuts.suffix(2) + [time]
    // Who is late again and again is ahead of time.
    if lastCuts.count == 3, time - lastCuts[0] < 10 * rate {
      isClock = false
      lastCuts = []
    }
  }

  // MARK: What stands there

  /// Looks at the fill, as often as that can be done: once a block at least.
  ///
  /// - Parameters:
  ///   - fill: What stands between writer and device.
  ///   - time: Of the device: how many frames it has called for, with the fraction of a block that
  ///     has gone by since.
  public mutating func observe(fill: Double, at time: Double) {
    let elapsed = time - self.time
    guard elapsed > 0 else { return }
    self.time = time
    if abs(goal - ratio) <= abs(slope) * elapsed { ratio = goal } else { ratio += slope * elapsed }
    guard hasBegun, cut == .none else { return }
    guard fill > 0 else {
      window.restart()
      return
    }
    evidence.elapsed += elapsed
    guard let result = window.add(fill, for: elapsed) else { return }
    step(result)
    isClock = isClock || evidence.isClock(rate: rate, burst: burst ?? 0)
  }

  private mutating func step(_ result: FillWindow.Result) {
    let excess = result.mean - target
    if isSettling {
      // The ratio stays as it is known, until the fill says something about clocks.
      glide(to: 1 + drift)
      guard isClock else { return }
      if excess > tolerance {
        cut = .frames(excess.rounded())
      } else {
        endCut()
      }
      return
    }
    // A ratio would take minutes, or for ever.
    if isClock, result.least > target, excess > max(2 * tolerance, 0.05 * rate) {
      cut = .frames(excess.rounded())
      return
    }
    track((result.median - target) / rate)
    follow(result.median)
  }

  /// One step of the loop.
  ///
  /// - Parameter error: How far the fill is above its target, in seconds.
  private mutating func track(_ error: Double) {
    let seconds = window.length / 2 / rate
    trackedSeconds += seconds
    let frequency = max(0.02, 0.3 * min(1, 10 / trackedSeconds))
    // No drift makes more than two milliseconds: that is a stall, not a clock.
    let bounded = min(max(error, -0.002), 0.002)
    let next = drift - frequency * frequency * bounded * seconds
    let wanted = next - 2 * frequency * error
    let isHeld = abs(wanted) > Self.ratioLimit && wanted * error < 0
    if !isHeld { drift = min(max(next, -Self.driftLimit), Self.driftLimit) }
    glide(to: 1 + min(max(wanted, -Self.ratioLimit), Self.ratioLimit))
  }

  private mutating func glide(to goal: Double) {
    self.goal = goal
    slope = (goal - ratio) / (window.length / 2)
  }

  private mutating func follow(_ fill: Double) {
    let isNear = abs(fill - target) <= tolerance
    missCount = isNear ? 0 : missCount + 1
    if isNear, isClock, trackedSeconds >= 5 { isLocked = true }
    if missCount >= 4 {
      // As far as it has got, but quicker.
      isLocked = false
      trackedSeconds = min(trackedSeconds, 10)
    }
    guard isLocked else { return }
    range = range.map { min($0.lowerBound, fill)...max($0.upperBound, fill) } ?? fill...fill
  }
}
