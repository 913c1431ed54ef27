import Testing

@testable import DeviceTool

@Suite struct TrimmedInputTests {
  /// Blocks of 256 numbered frames.
  private func blocks(_ count: Int) -> [Segment] {
    (0..<count).map { block in frames((0..<256).map { Float(block * 256 + $0) }) }
  }

  private struct Taken {
    var frames: [Float] = []
    var gaps: [(at: Int, gap: LineGap)] = []
  }

  private func take(
    _ segments: [Segment], isEarlyOnly: Bool = false, waiting: @escaping (Int) -> Int,
    isOver: @escaping (Int) -> Bool = { _ in false }
  ) -> Taken {
    var looks = 0
    let input = TrimmedInput(
      ScriptedSource(segments), isEarlyOnly: isEarlyOnly,
      TrimmedInput.Watch(
        waiting: {
          defer { looks += 1 }
          return waiting(looks)
        }, blockFrameCount: { 256 }, isOver: { isOver(looks) }))
    var taken = Taken()
    while let segment = input.next() {
      switch segment {
      case .frames(let frames): taken.frames += values(frames)
      case .gap(let gap): taken.gaps.append((taken.frames.count, gap))
      case .lost, .mark: break
      }
    }
    return taken
  }

  @Test func aGapStandsWhereFramesWereTrimmed() {
    let taken = take(blocks(64)) { $0 < 16 ? 0 : $0 < 32 ? 600 : 0 }
    #expect(taken.gaps.count == 1)
    let (place, gap) = taken.gaps[0]
    #expect(gap == LineGap(cause: .trimmed, frameCount: 600))
    #expect(taken.frames.count == 64 * 256 - 600)
    #expect(taken.frames[place] == taken.frames[place - 1] + 601)
  }

  @Test func otherGapsKeepTheirPlace() {
    var segments = blocks(40)
    let lost = LineGap(cause: .host, frameCount: 9)
    segments.insert(.gap(lost), at: 32)
    let taken = take(segments) { $0 < 16 ? 0 : 600 }
    // What was trimmed until then is given first.
    #expect(taken.gaps.first?.gap == LineGap(cause: .trimmed, frameCount: 256))
    #expect(taken.gaps.dropFirst().first?.gap == lost)
  }

  @Test func atTheEndTheRestIsGivenAsItIs() {
    let taken = take(blocks(40), waiting: { _ in 5000 }, isOver: { $0 >= 10 })
    #expect(taken.frames.count == 40 * 256 && taken.gaps.isEmpty)
  }

  @Test func whereGapsAreFilledOnlyTheBeginningIsTrimmed() {
    let early = take(blocks(80), isEarlyOnly: true) { $0 < 16 ? 600 : 0 }
    #expect(early.gaps.map(\.gap) == [LineGap(cause: .early, frameCount: 600)])
    let late = take(blocks(80), isEarlyOnly: true) { $0 < 16 ? 0 : 600 }
    #expect(late.gaps.isEmpty && late.frames.count == 80 * 256)
  }
}
