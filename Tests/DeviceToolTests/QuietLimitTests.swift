import Testing

@testable import DeviceTool

@Suite struct QuietLimitTests {
  @Test func beforeSoundEveryFrameIsTaken() {
    var limit = QuietLimit(limit: 3)
    #expect(limit.take(quiet: 1000) == 1000 && !limit.isReached)
  }

  @Test func soundBeginsAgain() {
    var limit = QuietLimit(limit: 3)
    limit.take(loud: 1)
    #expect(limit.take(quiet: 2) == 2 && !limit.isReached)
    limit.take(loud: 0)
    limit.take(loud: 9)
    #expect(limit.take(quiet: 2) == 2 && limit.take(quiet: 2) == 1 && limit.isReached)
    // Sound after the end changes nothing.
    limit.take(loud: 1)
    #expect(limit.isReached && limit.take(quiet: 1) == 0)
  }
}
