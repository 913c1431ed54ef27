/// Finds the round trip of a short burst, in frames.
///
/// Play ``burst`` on a stream, record from the frame at which it is played, and call ``lag(in:)``.
/// The burst is noise, so that its autocorrelation has a single peak.
public struct RoundTripProbe: Sendable {
  /// Frames of the burst.
  public static let burstFrameCount = 2048

  /// The minimum correlation of the recording with the burst, 0...1, which allows for other sound.
  private static let leastCorrelation = 0.1
  /// The maximum height of any other peak, relative to the highest.
  private static let greatestRival = 0.5

  /// The sound to play, one channel, at −12 dB.
  public let burst: [Float]

  /// Creates a probe; all are the same.
  public init() {
    var state: UInt64 = 0x5D
    burst = (0..<Self.burstFrameCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 63 == 0 ? 0.25 : -0.25
    }
  }

  /// The lag of the burst in a recording, in frames.
  ///
  /// - Parameter recording: One channel, from the frame at which the burst was played.
  /// - Returns: nil without a single clear peak: nothing came back, or more than once, or other
  ///   sound drowned it.
  public func lag(in recording: Span<Float>) -> Int? {
    let lagCount = recording.count - burst.count + 1
    guard lagCount > 0 else { return nil }
    var correlations = [Float](repeating: 0, count: lagCount)
    // All samples of the burst have the same magnitude.
    let reference = Double(burst.count) * Double(burst[0] * burst[0])
    var energy = 0.0
    for index in burst.indices { energy += square(recording[index]) }
    for lag in 0..<lagCount {
      if lag > 0 {
        energy += square(recording[lag + burst.count - 1]) - square(recording[lag - 1])
      }
      // What rounding leaves of the energy of sound that has gone by is silence.
      guard energy > 1e-9 else { continue }
      let product = Double(product(recording, at: lag))
      correlations[lag] = Float(abs(product) / (energy * reference).squareRoot())
    }
    guard let best = correlations.indices.max(by: { correlations[$0] < correlations[$1] }),
      Double(correlations[best]) >= Self.leastCorrelation
    else { return nil }
    // A filter on the way smears the peak by about a quarter of a millisecond.
    let near = best - 16...best + 16
    let rival =
      correlations.indices.lazy.filter { !near.contains($0) }
      .map { correlations[$0] }.max() ?? 0
    return Double(rival) <= Self.greatestRival * Double(correlations[best]) ? best : nil
  }

  private func product(_ recording: Span<Float>, at lag: Int) -> Float {
    unsafe recording.withUnsafeBufferPointer { samples in
      unsafe burst.withUnsafeBufferPointer { burst in
        var product: Float = 0
        var index = 0
        while index < burst.count {
          unsafe product += burst[index] * samples[lag + index]
          index += 1
        }
        return product
      }
    }
  }

  private func square(_ sample: Float) -> Double { Double(sample) * Double(sample) }
}
