import Testing

@testable import DeviceTool

@Suite struct UntilQuietTests {
  private func taken(_ segments: [Segment], after frameCount: Int) -> (count: Int, isReached: Bool)
  {
    let stage = UntilQuiet(
      ScriptedSource(segments), monoFloats, level: 0.5, frameCount: frameCount)
    var count = 0
    while let segment = stage.next() {
      if case .frames(let frames) = segment { count += frames.count }
    }
    return (count, stage.isReached)
  }

  @Test func itEndsExactlySoLongAfterTheLastLoudFrame() {
    let sound = frames([1, 0, 0, 1, 0, 0, 0, 0, 1])
    #expect(taken([sound], after: 3) == (7, true))
    #expect(taken([frames([0, 1, 0]), frames([0, 0, 0])], after: 3) == (5, true))
  }

  @Test func beforeAnythingIsHeardItWaits() {
    #expect(taken([frames([Float](repeating: 0.4, count: 1000))], after: 3) == (1000, false))
  }

  @Test func lostTimeIsQuietAndPausedTimeIsNone() {
    func gap(_ cause: LineGap.Cause) -> Segment { .gap(LineGap(cause: cause, frameCount: 5)) }
    #expect(taken([frames([1, 0]), gap(.host), frames([0, 0])], after: 5) == (2, true))
    #expect(taken([frames([1, 0]), gap(.pause), frames([0, 0])], after: 5) == (4, false))
  }
}
