import Testing

@testable import DeviceTool

@Suite struct SilenceWatchTests {
  private typealias Change = SilenceWatch.Change

  /// Feeds blocks: true is a sample other than zero.
  private func changes(_ blocks: [[Bool]], limit: Int) -> [Change] {
    var watch = SilenceWatch(limit: limit)
    var changes: [Change] = []
    for block in blocks {
      let sound = block.firstIndex(of: true).flatMap { first in
        block.lastIndex(of: true).map { (first: first, last: $0) }
      }
      watch.take(block.count, sound: sound) { changes.append($0) }
    }
    return changes
  }

  private func zeros(_ count: Int) -> [Bool] { [Bool](repeating: false, count: count) }

  @Test func zerosAreReportedOnceAndSoundWhenItReturns() {
    let blocks = [[true, false], zeros(4), zeros(4), zeros(9), [false, true, false]]
    #expect(
      changes(blocks, limit: 8)
        == [Change(isBegin: true, frame: 1), Change(isBegin: false, frame: 20)])
  }

  @Test func aSampleInTimeIsEnough() {
    #expect(changes([zeros(7), [true], zeros(7)], limit: 8).isEmpty)
  }

  @Test func allWithinOneBlock() {
    let block = zeros(10) + [true] + zeros(12)
    #expect(
      changes([block], limit: 8)
        == [
          Change(isBegin: true, frame: 0), Change(isBegin: false, frame: 10),
          Change(isBegin: true, frame: 11),
        ])
  }
}
