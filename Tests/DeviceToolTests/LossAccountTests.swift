import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct LossAccountTests {
  private func ledger(delivered: Int, dropped: Int = 0, lost: Int = 0, discarded: Int = 0)
    -> LossReport
  {
    var report = LossReport()
    report.input.hostFrameCount = delivered + dropped + discarded
    report.input.delivered = delivered
    report.input.dropped = dropped
    report.input.lost = lost
    report.input.discarded = discarded
    return report
  }

  private func isWhole(_ report: LossReport) -> Bool {
    let input = report.input
    return input.delivered + input.dropped + input.discarded == input.hostFrameCount
  }

  @Test func whatNobodyTookIsDropped() {
    var account = LossAccount()
    account.taken = 900
    account.missing.dropped = 20
    let report = account.settled(ledger(delivered: 1000, dropped: 20), isComplete: false)
    #expect(report.input.delivered == 900 && report.input.dropped == 120 && isWhole(report))
  }

  @Test func beyondTheLengthNobodyWantedIt() {
    var account = LossAccount()
    account.taken = 900
    account.missing = (dropped: 5, lost: 7)
    let report = account.settled(
      ledger(delivered: 1000, dropped: 20, lost: 40), isComplete: true)
    #expect(report.input.delivered == 900 && report.input.dropped == 5 && isWhole(report))
    #expect(report.input.lost == 7 && report.input.discarded == 115)
  }

  @Test func whatWasLeftOutAtTheBeginningIsDiscarded() {
    var account = LossAccount()
    account.taken = 700
    account.early = 100
    account.skipped = 200
    let report = account.settled(ledger(delivered: 1000, discarded: 10), isComplete: false)
    #expect(report.input.discarded == 310 && report.input.dropped == 0 && isWhole(report))
  }

  @Test func whatWasTrimmedIsDropped() {
    var account = LossAccount()
    account.taken = 700
    account.trimmed = 300
    account.missing.dropped = 250
    let open = account.settled(ledger(delivered: 1000), isComplete: false)
    #expect(open.input.dropped == 300 && isWhole(open))
    // As far as it lies within the length.
    let complete = account.settled(ledger(delivered: 1000), isComplete: true)
    #expect(complete.input.dropped == 250 && complete.input.discarded == 50 && isWhole(complete))
  }
}
