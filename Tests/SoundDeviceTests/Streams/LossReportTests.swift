import Testing

@testable import SoundDevice

struct LossReportTests {
  @Test func directionsAreApart() {
    var report = LossReport()
    report.input.lost = 1
    report.output.inserted = 2
    #expect(report[.input].lost == 1 && report[.output].inserted == 2)
    #expect(report[.output].lost == 0)
  }
}
