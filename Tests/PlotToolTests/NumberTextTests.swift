import Testing

@testable import PlotTool

@Suite struct NumberTextTests {
  @Test(
    arguments: [
      (0.0, 1, "0.0"), (-0.04, 1, "0.0"), (12.345, 2, "12.35"), (-6.02, 2, "-6.02"),
      (0.05, 1, "0.1"),
      (-0.5, 0, "-1"), (1.999, 2, "2.00"), (-.infinity, 1, "-inf"), (1_234_567, 3, "1234567.000"),
    ] as [(Double, Int, String)])
  func fixedHasSoManyDigits(_ value: Double, _ digits: Int, _ text: String) {
    #expect(NumberText.fixed(value, digits) == text)
  }

  @Test(
    arguments: [(0.0, "0"), (2.5, "2.5"), (100, "100"), (0.125, "0.125"), (-90, "-90")]
      as [(Double, String)])
  func shortHasNoMoreThanNeeded(_ value: Double, _ text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test(
    arguments: [
      (0.0, "0", "0 Hz"), (500, "500", "500 Hz"), (2_500, "2.5k", "2.5 kHz"),
      (20_000, "20k", "20 kHz"),
    ] as [(Double, String, String)])
  func frequencies(_ hertz: Double, _ text: String, _ withUnit: String) {
    #expect(NumberText.frequency(hertz) == text)
    #expect(NumberText.frequency(hertz, unit: true) == withUnit)
  }

  @Test(
    arguments: [(0.0, "0:00"), (90, "1:30"), (3_600, "1:00:00"), (3_725, "1:02:05")]
      as [(Double, String)])
  func timesWithMinutes(_ seconds: Double, _ text: String) {
    #expect(NumberText.time(seconds, withMinutes: true) == text)
  }
}
