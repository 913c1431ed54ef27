import Testing

@testable import SoundDevice

struct RoundTripProbeTests {
  private let probe = RoundTripProbe()

  /// A recording in which the burst begins at each of these frames, so loud.
  private func recording(_ places: [(lag: Int, gain: Float)], noise: Float = 0) -> [Float] {
    var seed: UInt64 = 7
    var samples = (0..<12_000).map { _ in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return noise * (Float(seed >> 40) / Float(1 << 23) - 1)
    }
    for (lag, gain) in places {
      for (index, sample) in probe.burst.enumerated() { samples[lag + index] += gain * sample }
    }
    return samples
  }

  @Test(arguments: [0, 1, 255, 256, 5000, 9952])
  func findsTheFrame(_ lag: Int) {
    #expect(probe.lag(in: recording([(lag, 1)]).span) == lag)
    // Quietly, upside down, and in noise that is louder by a half.
    #expect(probe.lag(in: recording([(lag, -0.001)]).span) == lag)
    #expect(probe.lag(in: recording([(lag, 1)], noise: 0.65).span) == lag)
  }

  @Test func anEchoThatIsMuchQuieterIsNoRival() {
    #expect(probe.lag(in: recording([(700, 1), (1500, 0.3)]).span) == 700)
  }

  @Test func withoutOneClearPeakThereIsNone() {
    #expect(probe.lag(in: recording([]).span) == nil)
    #expect(probe.lag(in: recording([], noise: 0.5).span) == nil)
    #expect(probe.lag(in: recording([(700, 1), (4000, 1)]).span) == nil)
    #expect(probe.lag(in: [Float](repeating: 0.5, count: 12_000).span) == nil)
    #expect(probe.lag(in: [Float](repeating: 0, count: 100).span) == nil)
  }

  @Test func theBurstIsShortAndModerate() {
    #expect(probe.burst.count == 2048 && probe.burst.allSatisfy { abs($0) == 0.25 })
  }
}
