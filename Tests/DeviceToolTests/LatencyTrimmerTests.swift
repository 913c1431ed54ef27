import Testing

@testable import DeviceTool

/// Blocks of 256 frames, while this many frames wait in the pipe and the ring.
@Suite struct LatencyTrimmerTests {
  private var trimmer = LatencyTrimmer()

  /// How many frames are left out of blocks that come while `waiting` says so.
  private mutating func trim(_ waiting: [Int]) -> Int {
    waiting.reduce(0) { sum, waiting in
      sum + trimmer.trim(256, waiting: { waiting }, blockFrameCount: 256)
    }
  }

  private mutating func catchUp() {
    while !trimmer.hasCaughtUp { _ = trim([0]) }
  }

  @Test mutating func whatStandsIsTrimmedOnceAndWhole() {
    catchUp()
    #expect(trim([Int](repeating: 600, count: 100).map { $0 }) >= 600)
    _ = trim([Int](repeating: 0, count: 100))
    #expect(trim([Int](repeating: 0, count: 100)) == 0)
  }

  @Test mutating func whatComesAndGoesIsNot() {
    catchUp()
    let waiting = (0..<200).map { $0 % 10 == 0 ? 0 : 2000 }
    #expect(trim(waiting) == 0)
    // Less than half a block is no backlog.
    #expect(trim([Int](repeating: 127, count: 100)) == 0)
  }

  @Test mutating func aReaderThatHasNotBegunHasNotCaughtUp() {
    _ = trim((0..<40).map { $0 * 256 })
    #expect(!trimmer.hasCaughtUp)
    #expect(trimmer.takeGap(isOver: true)?.cause == .early)
    catchUp()
    _ = trimmer.takeGap(isOver: true)
    _ = trim([Int](repeating: 512, count: 40))
    #expect(trimmer.hasCaughtUp)
    #expect(trimmer.takeGap(isOver: true)?.cause == .trimmed)
  }

  @Test mutating func aGapIsGivenWhenItIsWhole() {
    catchUp()
    var gaps: [Int] = []
    var trimmed = 0
    for index in 0..<64 {
      trimmed += trim([index < 20 ? 600 : 0])
      if let gap = trimmer.takeGap() { gaps.append(gap.frameCount) }
    }
    #expect(gaps == [600] && trimmed == 600)
    #expect(trimmer.takeGap(isOver: true) == nil)
  }

  @Test mutating func whatIsBeingTrimmedIsGivenAtTheEnd() {
    catchUp()
    while trim([600]) == 0 {}
    #expect(trimmer.takeGap() == nil)
    #expect(trimmer.takeGap(isOver: true) == LineGap(cause: .trimmed, frameCount: 256))
  }
}
