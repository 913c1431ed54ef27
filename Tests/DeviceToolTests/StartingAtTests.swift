import Testing

@testable import DeviceTool

@Suite struct StartingAtTests {
  private func taken(_ segments: [Segment], time: Double) -> (
    frames: [Float], captured: Double?, gaps: [LineGap]
  ) {
    let stage = StartingAt(ScriptedSource(segments), time: time)
    var taken: (frames: [Float], captured: Double?, gaps: [LineGap]) = ([], nil, [])
    while let segment = stage.next() {
      switch segment {
      case .frames(let frames):
        if taken.frames.isEmpty { taken.captured = frames.captured }
        taken.frames += values(frames)
      case .gap(let gap): taken.gaps.append(gap)
      case .mark, .lost: Issue.record("none of these")
      }
    }
    return taken
  }

  private let rate = 48_000.0

  @Test func theFirstFrameIsTheOneOfThatTime() throws {
    let lost = LineGap(cause: .host, frameCount: 5)
    let found = taken(
      [
        frames([1, 2], captured: 100), .gap(lost), frames([3, 4, 5], captured: 100 + 7 / rate),
        frames([6], captured: 100 + 10 / rate), .gap(lost),
      ], time: 100 + 8.4 / rate)
    #expect(found.frames == [4, 5, 6])
    #expect(abs(try #require(found.captured) - (100 + 8 / rate)) < 1e-7)
    #expect(found.gaps.map(\.cause) == [.unwanted, .host, .unwanted, .host])
    #expect(found.gaps.map(\.frameCount) == [2, 5, 1, 5])
    #expect(found.gaps.map(\.isBetweenEvents) == [false, true, false, false])
  }

  @Test func aTimeThatHasPassedIsNow() {
    #expect(taken([frames([1, 2], captured: 100)], time: 99).frames == [1, 2])
    #expect(taken([frames([1, 2])], time: 99).frames == [1, 2])
  }

  @Test func aTimeAtTheEndOfABlockBeginsTheNext() {
    let found = taken(
      [frames([1, 2], captured: 100), frames([3], captured: 100 + 2 / rate)],
      time: 100 + 2 / rate)
    #expect(found.frames == [3] && found.gaps.map(\.frameCount) == [2])
  }
}
