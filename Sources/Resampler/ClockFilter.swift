internal import Platform

/// Estimates how far a fill is from its target and how fast the clocks' difference moves it: a
/// Kalman filter, which weighs each measurement by how much the last ones scattered.
///
/// So it begins with a wide bandwidth, which narrows the longer it has measured and the noisier the
/// measurements are. All counts and times are in frames of one clock.
struct ClockFilter: Sendable {
  /// The drift's standard deviation before any measurement.
  private static let firstDriftError = 600e-6
  /// How far a clock wanders, as a standard deviation after a second.
  private static let wander = 0.1e-6
  /// How far the delay between the clocks wanders, as a standard deviation after a second.
  private static let offsetWander = 1.0
  /// A measurement further off, in standard deviations, is a late write or block.
  private static let outlier = 3.0
  /// This many in a row are a change.
  private static let changeCount = 4
  /// The measurements by which their scatter is judged.
  private static let memory = 40.0

  /// Frames above the target, at the time of the last ``advance(by:driven:)``.
  private(set) var offset = 0.0
  /// Frames by which the fill grows in a frame, at ratio 1.
  private(set) var drift = 0.0

  private let rate: Double
  private let leastNoise: Double
  private let unknownOffset: Double
  // The covariance of both.
  private var offsetVariance: Double
  private var covariance = 0.0
  private var driftVariance = firstDriftError * firstDriftError
  /// The variance of a measurement.
  private var noise: Double
  private var count = 1.0
  private var outlierCount = 0

  /// - Parameters:
  ///   - rate: Frames per second.
  ///   - period: The device's block, in frames.
  init(rate: Double, period: Double) {
    self.rate = rate
    leastNoise = period * period / 256
    noise = period * period / 4
    unknownOffset = rate * rate
    offsetVariance = unknownOffset
  }

  /// The standard deviation of ``drift``.
  var driftError: Double { driftVariance.squareRoot() }

  /// Lets time pass.
  ///
  /// - Parameter driven: Frames by which the fill has grown meanwhile because of the ratio.
  mutating func advance(by span: Double, driven: Double) {
    offset += span * drift + driven
    let seconds = span / rate
    offsetVariance +=
      span * (2 * covariance + span * driftVariance)
      + seconds * Self.offsetWander * Self.offsetWander
    covariance += span * driftVariance
    driftVariance += seconds * Self.wander * Self.wander
  }

  /// Takes a measurement of the offset.
  ///
  /// - Parameter limit: The maximum drift.
  mutating func correct(_ measured: Double, limit: Double) {
    let error = measured - offset
    let expected = offsetVariance + noise
    let bound = Self.outlier * expected.squareRoot()
    outlierCount = abs(error) > bound ? outlierCount + 1 : 0
    if outlierCount >= Self.changeCount {
      outlierCount = 0
      forgetOffset()
      return correct(measured, limit: limit)
    }
    if offsetVariance < unknownOffset / 2 {
      count = min(count + 1, Self.memory)
      let scatter = min(error * error, 4 * bound * bound) - offsetVariance
      noise = max(leastNoise, noise + (max(0, scatter) - noise) / count)
    }
    let bounded = min(max(error, -bound), bound)
    let (offsetGain, driftGain) = (offsetVariance / expected, covariance / expected)
    offset += offsetGain * bounded
    drift = min(max(drift + driftGain * bounded, -limit), limit)
    driftVariance -= driftGain * covariance
    covariance *= 1 - offsetGain
    offsetVariance *= 1 - offsetGain
  }

  /// Forgets the offset, which has changed, but not the drift.
  mutating func forgetOffset() {
    offsetVariance = unknownOffset
    covariance = 0
  }
}
