/// Cuts the stream of one channel into blocks that begin every `hop` frames: overlapping where the
/// hop is the smaller, with gaps where it is the larger. One thread at a time.
public struct BlockCutter {
  /// Frames of a block.
  public let blockSize: Int
  /// Frames from the beginning of a block to that of the next; a change counts from the next on.
  public var hop: Int

  // The beginning of the next block; a gap lies before it.
  private var pending: [Float] = []
  private var gap = 0

  /// Blocks whose first is centred on the first frame: half a block of silence stands before it.
  public init(blockSize: Int, hop: Int) {
    self.blockSize = blockSize
    self.hop = hop
    pending = [Float](repeating: 0, count: blockSize / 2)
    pending.reserveCapacity(2 * blockSize)
  }

  /// Takes samples and gives each block they complete to `body`, which returns the hop to the next.
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

  /// Completes the blocks that are centred on a frame there was, with silence behind the last.
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
