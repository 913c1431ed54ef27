import Testing

@testable import DeviceTool

@Suite struct BacklogMeterTests {
  private var meter = BacklogMeter()

  /// What is to be passed over after looks that found so many frames waiting, in blocks of 256.
  private mutating func look(_ waiting: [Int]) -> Int {
    waiting.reduce(0) { $0 + meter.note(waiting: $1, blockFrameCount: 256) }
  }

  @Test mutating func whatStoodAtEveryLookIsPassedOver() {
    #expect(look([700, 300] + [Int](repeating: 512, count: 14)) == 300)
  }

  @Test mutating func whatComesAndGoesIsNot() {
    #expect(look([Int](repeating: 2000, count: 15) + [0]) == 0)
    #expect(look([Int](repeating: 2000, count: 15) + [127]) == 0)
    #expect(look([Int](repeating: 2000, count: 15)) == 0)
    #expect(look([128]) == 128)
  }

  @Test mutating func aReaderThatHasNotBegunHasNotKeptUp() {
    #expect(look((0..<16).map { $0 * 256 }) == 0)
    #expect(!meter.isSettled)
    #expect(look((16..<32).map { $0 * 256 }) == 16 * 256)
    #expect(!meter.isSettled)
    #expect(look([Int](repeating: 0, count: 16)) == 0)
    #expect(meter.isSettled)
    #expect(look([Int](repeating: 512, count: 16)) == 512)
    #expect(meter.isSettled)
  }
}
