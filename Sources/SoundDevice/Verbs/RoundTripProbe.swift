/// Finds by how many frames a short burst comes back later than it was played.
///
/// Play ``burst`` on a stream, record what comes back from the frame on at which it was played, and
/// ask ``lag(in:)``. The burst is noise, so that its correlation with itself is one peak.
public struct RoundTripProbe: Sendable {
  /// Frames of the burst.
  public static let burstFrameCount = 2048

  /// How much of a path's energy may be other sound: the least correlation of what came back with
  /// the burst, 0...1.
  private static let leastCorrelation = 0.1
  /// How much lower every other peak is.
  private static let greatestRival = 0.5

  /// What is played, one channel, at −12 dB.
  public let burst: [Float]

  /// A probe; they are all the same.
  public init() {
    var state: UInt64 = 0x5D
    burst = (0..<Self.burstFrameCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 63 == 0 ? 0.25 : -0.25
    }
  }

  /// The lag of the burst in a recording, in frames.
  ///
  /// - Parameter recording: One channel, from the frame on at which the burst was played.
  /// - Returns: nil where there is no single clear peak: nothing came back, or it did so more than
  ///   once, or drowned in other sound.
  public func lag(in recording: Span<Float>) -> Int? {
    let lagCount = recording.count - burst.count + 1
    guard lagCount > 0 else { return nil }
    var correlations = [Float](repeating: 0, count: lagCount)
    // Every sample of the burst is as large as the others.
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
    // What a filter on the way smears lies within a quarter of a millisecond or so.
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
