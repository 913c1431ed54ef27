/// Finds the ratio of two clocks, a writer's and a device's, from the number of frames between them
/// (the fill), and holds the fill at a target. A value without a clock or a thread of its own.
///
/// Every half second it sees the median of the fill under a Hann window of one second, so that
/// neither blocks, nor bursts of 100 ms, nor an occasional late write or block move the ratio. A
/// Kalman filter of second order finds drift and offset in these medians, the more slowly the more
/// they scatter. The ratio makes up for the drift, and brings an offset back with a time constant of
/// 15 seconds (11 mHz). It glides between two steps. Clocks may be 1000 ppm apart; another 100 ppm
/// bring the fill back to its target.
///
/// A delay that the ratio would need minutes to make up is cut at once, by dropping arriving
/// frames. A writer that waits for room is not a clock: the ratio stays 1, and nothing is cut.
///
/// All fills and times are in frames of the device.
public struct RateController: Sendable {
  /// The maximum difference between two clocks.
  public static let driftLimit = 1000e-6
  /// The maximum distance of the ratio from 1.
  public static let ratioLimit = 1100e-6

  /// The fill to hold: its median, or with regular bursts its mean.
  public let target: Double
  private let rate: Double
  /// The distance from the target within which the fill counts as on target.
  private let tolerance: Double

  /// Output frames per input frame, relative to the ratio of the nominal rates.
  public private(set) var ratio = 1.0
  /// Whether the clocks' ratio is known and the fill is on target.
  public private(set) var isLocked = false
  /// Whether the writer has proved to keep time.
  public private(set) var isClock = false
  /// The number of cuts.
  public private(set) var cutCount = 0
  /// The minimum and maximum median of the fill while locked; nil before.
  public private(set) var range: ClosedRange<Double>?

  private var window: FillWindow
  private var filter: ClockFilter
  /// Frames since the last step, and those by which the ratio has let the fill grow meanwhile.
  private var span = 0.0
  private var driven = 0.0
  /// The ratio at the last step.
  private var lastRatio = 1.0
  /// The ratio at the start of the next step, and its slope per frame.
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
  /// Whether the fill is settling without a change of the ratio: at the start, and after a backlog,
  /// whose end does not predict the next burst.
  private var isSettling = true
  private var cutFrameCount = 0.0
  private var finishedCut = 0.0
  /// Silence to insert before the ratio is known, as the writer is later than it seemed at first.
  private var missing = 0.0
  private var lastCuts: [Double] = []
  private var time = 0.0

  private enum Cut: Equatable {
    case none
    /// Drops this many frames.
    case frames(Double)
    /// Drops arriving frames while the fill is above its target.
    case backlog
  }

  /// - Parameters:
  ///   - target: The fill to hold, in frames.
  ///   - period: The device's block, in frames.
  ///   - rate: The device's rate, in hertz.
  public init(target: Double, period: Double, rate: Double) {
    self.target = target
    self.rate = rate
    tolerance = 2 * period
    window = FillWindow(length: rate, middle: target, step: period / 16)
    filter = ClockFilter(rate: rate, period: period)
  }

  /// The ratio's distance from 1, in ppm.
  public var partsPerMillion: Double { (ratio - 1) * 1e6 }

  /// Frames dropped by the cut that has just ended, or 0.
  public mutating func takeCut() -> Double {
    defer { finishedCut = 0 }
    return finishedCut
  }

  // MARK: What arrives

  /// The handling of arriving frames.
  public struct Admission: Equatable, Sendable {
    /// Frames of silence to write before them.
    public var silence = 0.0
    /// How many of them to drop, from the end.
    public var dropped = 0.0
  }

  /// Handles arriving frames.
  ///
  /// - Parameters:
  ///   - count: Their number, in device frames.
  ///   - fill: The frames between writer and device, without these and those in `behind`.
  ///   - behind: The frames waiting behind these, as far as known.
  ///   - isDry: Whether the device has nothing to play, at the start or because the writer is late.
  public mutating func admit(_ count: Double, fill: Double, behind: Double = 0, isDry: Bool)
    -> Admission
  {
    var admission = Admission()
    evidence.arrived += count
    run += count
    if missing > 0 {
      admission.silence = missing
      missing = 0
      forget()
    }
    if isDry || !hasBegun {
      let arrived = count + behind
      let wanted = target + (burst ?? arrived) / 2
      admission.silence = max(0, wanted - fill - arrived)
      // Frames sent while nothing played are late now.
      if hasBegun, isClock { cut = .backlog }
      isRunWhole = false
      hasBegun = true
      forget()
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

  /// The maximum time that any recorder holds back, in seconds.
  private static let longestBacklog = 15.0

  private var backlogLimit: Double { target + (burst ?? 0) }

  /// Handles the absence of new frames.
  ///
  /// - Parameter fill: The frames between writer and device.
  public mutating func wait(fill: Double) {
    if cut == .backlog, fill <= backlogLimit + tolerance {
      cut = .none
      isSettling = true
      forget()
    }
    guard run > 0 else { return }
    if isRunWhole {
      burst = burst.map { $0 + (run - $0) / 16 } ?? run
    } else {
      // Frames that waited for the start say nothing about time.
      evidence.restart()
    }
    run = 0
    isRunWhole = true
  }

  /// Records that the writer waits for room.
  public mutating func press() {
    isRunWhole = false
    if isClock {
      if cut == .none { cut = .backlog }
    } else {
      filter = ClockFilter(rate: rate, period: tolerance / 2)
      glide(to: 1)
      isLocked = false
      trackedSeconds = 0
    }
    forget()
  }

  /// Forgets what was measured of a fill that has changed since.
  private mutating func forget() {
    window.restart()
    evidence.restart()
    filter.forgetOffset()
  }

  private mutating func endCut() {
    let hadCut = cut != .none
    cut = .none
    isSettling = false
    if hadCut {
      forget()
    }
    guard cutFrameCount > 0 else { return }
    finishedCut += cutFrameCount
    cutFrameCount = 0
    cutCount += 1
    lastCuts = lastCuts.suffix(2) + [time]
    // A writer that needs repeated cuts is faster than time.
    if lastCuts.count == 3, time - lastCuts[0] < 10 * rate {
      isClock = false
      lastCuts = []
    }
  }

  // MARK: The fill

  /// Observes the fill, at least once per block.
  ///
  /// - Parameters:
  ///   - fill: The frames between writer and device.
  ///   - time: The device's time: the frames it has requested, including the elapsed fraction of
  ///     the current block.
  public mutating func observe(fill: Double, at time: Double) {
    let elapsed = time - self.time
    guard elapsed > 0 else { return }
    self.time = time
    span += elapsed
    driven += elapsed * (ratio - 1)
    if abs(goal - ratio) <= abs(slope) * elapsed { ratio = goal } else { ratio += slope * elapsed }
    guard hasBegun, cut == .none else { return }
    guard fill > 0 else {
      window.restart()
      filter.forgetOffset()
      return
    }
    evidence.elapsed += elapsed
    guard let result = window.add(fill, for: elapsed) else { return }
    step(result)
    isClock = isClock || evidence.isClock(rate: rate, burst: burst ?? 0)
  }

  private mutating func step(_ result: FillWindow.Result) {
    let excess = result.mean - target
    measure(result.median - target)
    if isSettling {
      // The ratio keeps its known value until the fill says something about clocks.
      glide(to: balanced)
      guard isClock else { return }
      // What was cut already is cut to the point.
      if filter.offset > (cutFrameCount > 0 ? tolerance / 4 : tolerance) {
        cut = .frames(filter.offset.rounded())
      } else {
        if filter.offset < -tolerance, trackedSeconds == 0 { missing = -filter.offset.rounded() }
        endCut()
      }
      return
    }
    // The ratio alone would take minutes, or forever.
    if isClock, result.least > target, excess > max(2 * tolerance, 0.05 * rate) {
      cut = .frames(excess.rounded())
      return
    }
    trackedSeconds += window.length / 2 / rate
    let wanted = balanced - filter.offset / (Self.approach * rate)
    glide(to: min(max(wanted, 1 - Self.ratioLimit), 1 + Self.ratioLimit))
    follow(result.median)
  }

  /// The seconds in which the ratio brings back most of an offset.
  private static let approach = 15.0

  /// The ratio at which the fill stays as it is.
  private var balanced: Double { 1 - filter.drift }

  /// Gives the filter a measurement, which is of the middle of the window.
  private mutating func measure(_ offset: Double) {
    let half = window.length / 2
    let mean = span > 1.01 * half ? ratio : (lastRatio + ratio) / 2
    let tail = half * (mean - 1)
    filter.advance(by: max(0, span - half), driven: driven - tail)
    filter.correct(offset, limit: Self.driftLimit)
    filter.advance(by: half, driven: tail)
    span = 0
    driven = 0
    lastRatio = ratio
  }

  private mutating func glide(to goal: Double) {
    self.goal = goal
    slope = (goal - ratio) / (window.length / 2)
  }

  /// The drift's standard deviation at which it counts as known.
  private static let lockedError = 450e-6

  private mutating func follow(_ fill: Double) {
    let isNear = abs(filter.offset) <= tolerance
    missCount = isNear ? 0 : missCount + 1
    let isKnown = filter.driftError <= Self.lockedError && trackedSeconds >= 3
    if isNear, isClock, isKnown { isLocked = true }
    if missCount >= 4 { isLocked = false }
    guard isLocked else { return }
    range = range.map { min($0.lowerBound, fill)...max($0.upperBound, fill) } ?? fill...fill
  }
}
