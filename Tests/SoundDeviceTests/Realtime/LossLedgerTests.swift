import Testing

@testable import SoundDevice

struct LossLedgerTests {
  private func gap(
    _ direction: StreamDirection, _ cause: Gap.Cause, at position: Int, _ frameCount: Int,
    estimated: Bool = false, freewheeling: Bool = false
  ) -> Gap {
    Gap(
      direction: direction, cause: cause, position: position, frameCount: frameCount,
      isEstimated: estimated, isFreewheeling: freewheeling)
  }

  @Test func lossesOfOneCauseAtOnePlaceAreOneGap() {
    let ledger = LossLedger()
    ledger.deliver(100, .input)
    ledger.record(gap(.input, .overflow, at: 100, 10))
    ledger.record(gap(.input, .overflow, at: 100, 20))
    #expect(ledger.takeGaps() == [])
    ledger.deliver(5, .input)
    ledger.record(gap(.input, .overflow, at: 105, 1))
    ledger.settle()
    #expect(
      ledger.takeGaps() == [
        gap(.input, .overflow, at: 100, 30), gap(.input, .overflow, at: 105, 1),
      ])
    #expect(ledger.takeGaps() == [])
    #expect(ledger.report.input.delivered == 105)
    #expect(ledger.report.input.dropped == 31)
    #expect(ledger.report.output == .init())
  }

  @Test func causesAreCountedApart() {
    let ledger = LossLedger()
    ledger.record(gap(.output, .underflow, at: 0, 3))
    ledger.record(gap(.output, .host, at: 0, 256, estimated: true))
    ledger.record(gap(.output, .underflow, at: 0, 7, freewheeling: true))
    ledger.pad(11)
    ledger.settle()
    #expect(ledger.takeGaps().count == 3)
    let output = ledger.report.output
    #expect(output.inserted == 3)
    #expect(output.lost == 256 && output.lossCount == 1 && output.lostIsEstimated)
    #expect(output.padding == 18)
  }

  @Test func everyHostLossIsCountedThoughItIsOneGap() {
    let ledger = LossLedger()
    ledger.record(gap(.input, .host, at: 9, 10))
    ledger.record(gap(.input, .host, at: 9, 10, estimated: true))
    ledger.settle()
    #expect(ledger.takeGaps() == [gap(.input, .host, at: 9, 20, estimated: true)])
    #expect(ledger.report.input.lossCount == 2)
  }

  @Test func causesThatAlternateAtOnePlaceAreOneGapEach() {
    let ledger = LossLedger()
    ledger.deliver(7, .input)
    // As while a reader stalls and the host loses frames now and then.
    for _ in 0..<5000 {
      ledger.record(gap(.input, .overflow, at: 7, 3))
      ledger.record(gap(.input, .host, at: 7, 2))
    }
    ledger.settle()
    #expect(
      ledger.takeGaps() == [
        gap(.input, .overflow, at: 7, 15_000), gap(.input, .host, at: 7, 10_000),
      ])
  }

  @Test func lossesOfBothDirectionsAreNotMixedWithThoseOfOne() {
    let ledger = LossLedger()
    var mutual = gap(.input, .host, at: 0, 256)
    mutual.isMutual = true
    ledger.record(mutual)
    ledger.record(gap(.input, .host, at: 0, 64))
    ledger.settle()
    #expect(ledger.takeGaps() == [mutual, gap(.input, .host, at: 0, 64)])
  }

  @Test func aQueueThatNobodyEmptiesLosesNoFrame() {
    let ledger = LossLedger()
    for position in 0..<3000 { ledger.record(gap(.input, .overflow, at: position, 2)) }
    ledger.settle()
    #expect(ledger.report.input.dropped == 6000)
    let gaps = ledger.takeGaps()
    #expect(gaps.map(\.position) == Array(0..<1024))
    ledger.settle()
    let rest = ledger.takeGaps()
    #expect(rest.map(\.position) == [1024])
    #expect((gaps + rest).map(\.frameCount).reduce(0, +) == 6000)
  }
}
