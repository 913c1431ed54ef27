import Spectrum
import Testing

@testable import PlotTool

@Suite struct TicksTests {
  @Test(
    arguments: [
      (0.0, 24_000.0, 8, [0.0, 5_000, 10_000, 15_000, 20_000]),
      (-90, 0, 5, [-80, -60, -40, -20, 0]),
      (100, 2_000, 10, [200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000]),
      (0, 1, 2, [0, 0.5, 1]), (3, 3, 5, []),
    ] as [(Double, Double, Int, [Double])])
  func linearTicksAreRound(_ low: Double, _ high: Double, _ most: Int, _ ticks: [Double]) {
    let result = Ticks.linear(low, high, atMost: most)
    #expect(result.count == ticks.count, "\(result)")
    for (a, b) in zip(result, ticks) { #expect(abs(a - b) < 1e-9) }
  }

  @Test(
    arguments: [
      (3.0, 8, 0.5), (100, 8, 15), (200, 8, 30), (3_600, 9, 600), (86_400, 9, 14_400),
      (1_000_000, 9, 144_000),
    ] as [(Double, Int, Double)])
  func timeHasStepsThatClocksHave(_ duration: Double, _ most: Int, _ step: Double) {
    let ticks = Ticks.time(duration, atMost: most)
    #expect(ticks.first == 0)
    #expect(abs(ticks[1] - step) < 1e-9, "\(ticks)")
    #expect(ticks.allSatisfy { $0 <= duration })
  }

  @Test func aLogarithmicAxisHasOneTwoAndFive() {
    let scale = FrequencyScale(low: 20, high: 2_000, isLogarithmic: true)
    let ticks = Ticks.frequencies(scale, atMost: 10)
    for (a, b) in zip(ticks, [20, 50, 100, 200, 500, 1_000, 2_000] as [Double]) {
      #expect(abs(a - b) < 1e-6)
    }
    #expect(ticks.count == 7)
    #expect(Ticks.frequencies(scale, atMost: 4).count == 4)
  }
}
