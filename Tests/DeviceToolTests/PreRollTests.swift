import SoundTool
import Testing

@testable import DeviceTool

@Suite struct PreRollTests {
  private func append(_ samples: [Float], captured: Double? = nil, to memory: PreRoll) {
    guard case .frames(let frames) = frames(samples, captured: captured) else { return }
    memory.append(frames)
  }

  private func samples(_ part: PreRoll.Part) -> [Float]? {
    if case .frames(let frames) = part { values(frames) } else { nil }
  }

  private func gap(_ part: PreRoll.Part) -> LineGap? {
    if case .gap(let gap) = part { gap } else { nil }
  }

  @Test func framesWrapAroundInOrder() {
    let memory = PreRoll(monoFloats, frameCount: 4)
    append([1, 2, 3], to: memory)
    #expect(samples(memory.take(2, splitsGaps: false).part) == [1, 2])
    append([4, 5, 6], to: memory)
    #expect(memory.room == 0)
    // Those that wrap around come in two parts.
    #expect(samples(memory.take(9, splitsGaps: false).part) == [3, 4])
    #expect(samples(memory.take(9, splitsGaps: false).part) == [5, 6])
    #expect(memory.room == 4)
  }

  @Test func aGapIsReturnedWholeAndItsTimeFollows() {
    let memory = PreRoll(monoFloats, frameCount: 4)
    memory.append(LineGap(cause: .host, frameCount: 5))
    let (first, taken) = memory.take(2, splitsGaps: false)
    #expect(gap(first) == LineGap(cause: .host, frameCount: 5) && taken == 2)
    let (second, rest) = memory.take(9, splitsGaps: false)
    guard case .time = second else {
      Issue.record("\(second)")
      return
    }
    #expect(rest == 3)
  }

  @Test func orInParts() {
    let memory = PreRoll(monoFloats, frameCount: 4)
    memory.append(LineGap(cause: .host, frameCount: 5))
    memory.append(LineGap(cause: .host, frameCount: 0))
    #expect(gap(memory.take(2, splitsGaps: true).part)?.frameCount == 2)
    #expect(gap(memory.take(9, splitsGaps: true).part)?.frameCount == 3)
    append([1], to: memory)
    #expect(samples(memory.take(9, splitsGaps: true).part) == [1])
  }

  @Test func theOldestFrameHasItsTime() throws {
    let memory = PreRoll(monoFloats, frameCount: 4)
    #expect(memory.captured == nil)
    append([1, 2], captured: 10, to: memory)
    memory.append(LineGap(cause: .host, frameCount: 48))
    #expect(abs(try #require(memory.captured) - 10) < 1e-9)
    _ = memory.take(1, splitsGaps: false)
    #expect(abs(try #require(memory.captured) - (10 + 1.0 / 48_000)) < 1e-9)
  }
}
