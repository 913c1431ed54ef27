import Testing

@testable import Spectrum

@Suite struct BlockCutterTests {
  /// The blocks of frames numbered from 1, fed in pieces of this size.
  private func blocks(_ count: Int, blockSize: Int, hop: Int, piece: Int) -> [[Float]] {
    var cutter = BlockCutter(blockSize: blockSize, hop: hop)
    var result: [[Float]] = []
    func keep(_ block: Span<Float>) -> Int {
      result.append(block.indices.map { block[$0] })
      return hop
    }
    let frames = (0..<count).map { Float($0 + 1) }
    for start in stride(from: 0, to: count, by: piece) {
      cutter.add(frames.span.extracting(start..<min(count, start + piece)), keep)
    }
    cutter.finish(keep)
    return result
  }

  @Test(arguments: [1, 2, 3, 7, 100]) func blocksAreCentredOnEveryHop(piece: Int) {
    for hop in [1, 2, 4, 8, 11, 40] {
      let blocks = blocks(50, blockSize: 8, hop: hop, piece: piece)
      #expect(blocks.count == (50 + hop - 1) / hop, "hop \(hop)")
      for (index, block) in blocks.enumerated() {
        let expected = (0..<8).map { offset -> Float in
          let frame = index * hop + offset - 4
          return (0..<50).contains(frame) ? Float(frame + 1) : 0
        }
        #expect(block == expected, "hop \(hop), block \(index)")
      }
    }
  }

  @Test func nothingGivesNoBlock() {
    #expect(blocks(0, blockSize: 8, hop: 4, piece: 1).isEmpty)
  }

  @Test func oneFrameGivesOneBlock() {
    #expect(blocks(1, blockSize: 8, hop: 4, piece: 1) == [[0, 0, 0, 0, 1, 0, 0, 0]])
  }
}
