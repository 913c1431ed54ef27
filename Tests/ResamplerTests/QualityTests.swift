import Testing

@testable import Resampler

@Suite struct QualityTests {
  /// soxr's own numbers: QQ, LQ, MQ, 20 bits, 28 bits.
  @Test func precisionRises() {
    #expect(RateConverter.Quality.allCases.map(\.recipe) == [0, 1, 2, 4, 6])
  }
}
