/// Measures by how many frames a host is behind the clock for good, and so what it has lost.
///
/// A late callback catches up; lost frames do not. The smallest lag of a window belongs to a
/// punctual callback, so it grows only with losses, with drift, and with the host's latency.
struct LagMeter {
  /// Seconds per window. The smallest lag of two in a row counts, so a loss is found within a second.
  private static let window = 0.32
  /// Callbacks after a flag among which one is punctual.
  private static let promptCount = 8
  /// The part of a period from which growth is a loss, not jitter.
  private static let step = 0.6
  /// The part of a period by which drift and jitter may raise the known lag in a window.
  private static let maxRise = 0.25
  /// The maximum loss, in seconds; a longer one is a wrong time.
  private static let maxLoss = 10.0

  private let sampleRate: Double
  /// Frames by which the host may fall behind without a loss, as it changes its latency.
  private let tolerance: Double

  private var start: Double?
  /// Frames before the last callback: those that came, and the lost ones that were found.
  private var frameCount = 0
  private var lastCount = 0
  private var lag = 0.0
  /// The lag without a loss; nil in the first window.
  private var known: Double?
  private var windowStart = 0.0
  private var lowest = Double.infinity
  private var lowestBefore = Double.infinity
  /// Whether the last window showed more than drift, but less than a loss.
  private var isPending = false
  /// Callbacks until the window ends early; 0 if it does not.
  private var promptLeft = 0
  /// Frames taken for lost at flags in this window.
  private var claimed = 0
  /// Frames that were taken for lost and came late; the next loss is that much shorter.
  private var owed = 0
  /// `frameCount` at the first of the callbacks that have all been late by a loss.
  private var lateFrom: Int?
  /// The time of the last late callback that no flag has been explained by.
  private var lateTime: Double?

  /// - Parameter tolerance: Seconds by which the host may change its latency.
  init(sampleRate: Double, tolerance: Double = 0) {
    self.sampleRate = sampleRate
    self.tolerance = tolerance * sampleRate
  }

  /// Frames by which the last callback was later than a punctual one.
  private var excess: Double { lag - (known ?? min(lowest, lowestBefore)) }

  /// Returns whether a callback was late by most of a period lately, and forgets it.
  ///
  /// A flag may come several periods after the callback that it concerns.
  mutating func takeLateness(period: Int, now: Double) -> Bool {
    defer { lateTime = nil }
    return lateTime.map { now - $0 <= max(0.05, 4 * Double(period) / sampleRate) } ?? false
  }

  /// Records a callback and returns a loss that is certain by now, in whole periods.
  mutating func advance(_ count: Int, period: Int, now: Double) -> HostLoss {
    let start = start ?? now
    if self.start == nil {
      self.start = now
      windowStart = now
    }
    frameCount += lastCount
    lastCount = count
    lag = (now - start) * sampleRate - Double(frameCount)
    lowest = min(lowest, lag)
    if excess < Self.step * Double(period) {
      lateFrom = nil
    } else {
      lateTime = now
      lateFrom = lateFrom ?? frameCount
    }
    if promptLeft > 0 {
      promptLeft -= 1
      if promptLeft == 0 { return judge(lowest, period, now) }
    }
    guard now - windowStart >= Self.window else { return HostLoss() }
    return judge(min(lowest, lowestBefore), period, now)
  }

  /// Returns the loss that the last callback's lag shows, after a flag: whole periods, since a
  /// callback is seldom a period late. If it shows none clearly, or too much,
  /// ``advance(_:period:now:)`` soon makes up for that.
  mutating func takeFlagged(period: Int) -> HostLoss {
    let periods = (excess / Double(period) + 0.02).rounded(.down)
    known = known ?? min(lowest, lowestBefore)
    lowest = .infinity
    lowestBefore = .infinity
    if promptLeft == 0 { promptLeft = Self.promptCount }
    let lost = periods * Double(period)
    guard lost > 0, lost < Self.maxLoss * sampleRate else { return HostLoss() }
    claimed += Int(lost)
    return take(Int(lost))
  }

  /// Ends a window in which the smallest lag was `smallest`.
  private mutating func judge(_ smallest: Double, _ period: Int, _ now: Double) -> HostLoss {
    lowestBefore = lowest
    lowest = .infinity
    promptLeft = 0
    windowStart = now
    let known = known ?? smallest
    let growth = smallest - known
    let length = Double(period)
    let overclaimed = min(claimed, max(0, Int((-growth / length).rounded()) * period))
    claimed = 0
    if overclaimed > 0 {
      owed += overclaimed
      frameCount -= overclaimed
      lowestBefore += Double(overclaimed)
      return HostLoss()
    }
    if growth > tolerance, growth >= Self.step * length, growth < Self.maxLoss * sampleRate {
      return take(Int((growth / length).rounded()) * period)
    }
    let rise = max(tolerance, Self.maxRise * length)
    // More than drift may be the beginning of a loss, which the next window shows whole.
    isPending = growth > rise && !isPending
    if isPending { return HostLoss() }
    // A host that fills its own buffer first, or catches up, is ahead from then on.
    let isWrong = growth >= Self.maxLoss * sampleRate
    self.known = isWrong ? smallest : min(smallest, known + rise)
    return HostLoss()
  }

  private mutating func take(_ lost: Int) -> HostLoss {
    let age = lateFrom.map { frameCount - $0 } ?? 0
    frameCount += lost
    lag -= Double(lost)
    lowestBefore -= Double(lost)
    lateFrom = nil
    isPending = false
    let paid = min(owed, lost)
    owed -= paid
    return HostLoss(frameCount: lost - paid, isEstimated: true, age: age)
  }
}
