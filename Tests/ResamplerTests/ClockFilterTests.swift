import Testing

@testable import Resampler

@Suite struct ClockFilterTests {
  private static let half = 24_000.0
  private static let limit = 1000e-6

  /// Measures a fill each half second, which drifts and scatters; returns the filter's drift after
  /// each measurement.
  private func run(
    _ filter: inout ClockFilter, drift: Double, from start: Double = 0, scatter: Double = 0,
    count: Int, wrong: [Int: Double] = [:]
  ) -> [Double] {
    var seed: UInt64 = 1
    return (0..<count).map { index in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = (Double(seed >> 11) / Double(1 << 53) - 0.5) * 2 * scatter
      filter.advance(by: Self.half, driven: 0)
      let fill = start + drift * Double(index) * Self.half + noise + (wrong[index] ?? 0)
      filter.correct(fill, limit: Self.limit)
      return filter.drift
    }
  }

  @Test(arguments: [50e-6, -200e-6, 1000e-6]) func findsADriftWithinSeconds(drift: Double) {
    var filter = ClockFilter(rate: 48_000, period: 256)
    let found = run(&filter, drift: drift, from: 300, count: 20)
    #expect(abs(found[19] - drift) < 0.05 * abs(drift))
    #expect(abs(filter.offset - (300 + drift * 19 * Self.half)) < 5)
  }

  /// The error that it states is the error that it makes.
  @Test func scatterTakesLonger() {
    var clean = ClockFilter(rate: 48_000, period: 256)
    _ = run(&clean, drift: 200e-6, count: 20)
    var noisy = ClockFilter(rate: 48_000, period: 256)
    let found = run(&noisy, drift: 200e-6, scatter: 300, count: 20)
    #expect(noisy.driftError > 2 * clean.driftError)
    #expect(abs(found[19] - 200e-6) < 3 * noisy.driftError)
    let later = run(&noisy, drift: 200e-6, from: noisy.offset, scatter: 300, count: 600)
    #expect(abs(later[599] - 200e-6) < 20e-6)
  }

  @Test func aLateWriteMovesLittle() {
    var filter = ClockFilter(rate: 48_000, period: 256)
    let found = run(&filter, drift: 100e-6, count: 200, wrong: [150: -24_000])
    #expect(abs(found[150] - found[149]) < 10e-6)
    #expect(abs(found[199] - 100e-6) < 2e-6)
  }

  /// Four in a row are another delay between the clocks, which says nothing about their drift.
  @Test func aStepIsNoDrift() {
    var filter = ClockFilter(rate: 48_000, period: 256)
    let wrong = Dictionary(uniqueKeysWithValues: (150..<200).map { ($0, -24_000.0) })
    let found = run(&filter, drift: 100e-6, count: 200, wrong: wrong)
    #expect(found[149...].allSatisfy { abs($0 - 100e-6) < 20e-6 }, "\(found[149...])")
    #expect(abs(filter.offset - (100e-6 * 199 * Self.half - 24_000)) < 20)
  }

  @Test func forgettingTheOffsetKeepsTheDrift() {
    var filter = ClockFilter(rate: 48_000, period: 256)
    _ = run(&filter, drift: -100e-6, count: 100)
    let drift = filter.drift
    filter.forgetOffset()
    filter.advance(by: Self.half, driven: 0)
    filter.correct(5000, limit: Self.limit)
    #expect(abs(filter.drift - drift) < 1e-6)
    #expect(abs(filter.offset - 5000) < 1)
  }
}
