import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct LatencyTrimmerTests {
  private var meter = LatencyTrimmer()

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

  @Test func whatIsPassedOverLaterIsToldWhole() throws {
    var meter = LatencyTrimmer()
    var position = 0
    func skip(blocks: Int, waiting: Int) -> Int {
      (0..<blocks).reduce(0) { sum, _ in
        defer { position += 256 }
        return sum
          + meter.skip(of: 256, at: position, waiting: { waiting }, blockFrameCount: 256)
      }
    }
    func takeDropped(atEnd: Bool = false) -> Gap? { meter.takeDropped(atEnd: atEnd) }

    // Before the reader has kept up, it is nobody's loss.
    #expect(skip(blocks: 18, waiting: 600) == 600)
    #expect(takeDropped() == nil)
    #expect(skip(blocks: 16, waiting: 0) == 0)
    #expect(meter.isSettled)
    #expect(skip(blocks: 17, waiting: 600) == 512)
    #expect(takeDropped() == nil)
    #expect(skip(blocks: 1, waiting: 0) == 88)
    let dropped = takeDropped()
    #expect(try #require(dropped).frameCount == 600)
    #expect(dropped?.position == 49 * 256 - 600)
    #expect(meter.skipped == (600, 600))
    #expect(takeDropped(atEnd: true) == nil)
  }

  @Test func whatIsBeingPassedOverIsToldAtTheEnd() {
    var meter = LatencyTrimmer()
    for index in 0..<32 {
      let waiting = index < 16 ? 0 : 600
      _ = meter.skip(
        of: 256, at: index * 256, waiting: { waiting }, blockFrameCount: 256)
    }
    let early = meter.takeDropped()
    #expect(early == nil)
    let dropped = meter.takeDropped(atEnd: true)
    #expect(dropped?.frameCount == 256 && dropped?.position == 31 * 256)
  }
}
