/// Cuts the stream of one channel into blocks that start every `hop` frames: overlapping if the hop
/// is smaller than a block, with gaps if it is larger. One thread at a time.
public struct BlockCutter {
  /// Frames per block.
  public let blockSize: Int
  /// Frames from the start of one block to the next; a change applies from the next one on.
  public var hop: Int

  // The start of the next block; a gap comes before it.
  private var pending: [Float] = []
  private var gap = 0

  /// Centres the first block on the first frame: it starts with half a block of silence.
  public init(blockSize: Int, hop: Int) {
    self.blockSize = blockSize
    self.hop = hop
    pending = [Float](repeating: 0, count: blockSize / 2)
    pending.reserveCapacity(2 * blockSize)
  }

  /// Takes samples and passes each completed block to `body`, which returns the hop to the next.
  public mutating func add(_ samples: Span<Float>, _ body: (Span<Float>) -> Int) {
    var index = 0
    while index < samples.count {
      if gap > 0 {
        let skipped = min(gap, samples.count - index)
        gap -= skipped
        index += skipped
        continue
      }
      let taken = min(blockSize - pending.count, samples.count - index)
      unsafe samples.extracting(index..<index + taken).withUnsafeBufferPointer {
        unsafe pending.append(contentsOf: $0)
      }
      index += taken
      if pending.count == blockSize { complete(body) }
    }
  }

  /// Completes the blocks that are centred on an existing frame, with silence after the last.
  public mutating func finish(_ body: (Span<Float>) -> Int) {
    let silence = [Float](repeating: 0, count: blockSize / 2 - 1)
    add(silence.span, body)
  }

  private mutating func complete(_ body: (Span<Float>) -> Int) {
    hop = max(1, body(pending.span))
    pending.removeFirst(min(hop, blockSize))
    gap = max(0, hop - blockSize)
  }
}
