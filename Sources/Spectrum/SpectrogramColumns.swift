/// The spectrogram of one channel, of any length, in constant memory and one pass.
///
/// Columns start fine and are joined in pairs whenever there are twice as many as wanted. Blocks
/// overlap by at least half until a column has eight of them; then they move apart, so that a
/// longer sound needs no more transforms. One thread at a time.
public final class SpectrogramColumns {
  /// Columns in sequence, of ``rowCount`` powers each, the lowest frequency first.
  public private(set) var powers: [Float] = []
  /// Powers per column.
  public let rowCount: Int
  /// Frames per column.
  public var framesPerColumn: Int { hop * blocksPerColumn }
  /// Columns so far.
  public var count: Int { powers.count / rowCount }

  private static let maxBlocks = 8

  private let wanted: Int
  private let cells: FrequencyCells
  private let transform: BlockTransform
  private var cutter: BlockCutter?
  /// Frames between the centres of consecutive blocks.
  public private(set) var hop: Int
  private var blocksPerColumn = 1
  private var block: PowerSpectrum
  private var sum: PowerSpectrum
  private var blocksInSum = 0
  private var column: [Float]

  /// Creates at least `wanted` columns, and fewer than twice as many, unless the sound is too
  /// short.
  ///
  /// - Parameter expected: Frames of the sound, if known; this avoids columns that would only be
  ///   joined.
  public init(
    wanted: Int, rowCount: Int, scale: FrequencyScale, blockSize: Int, rate: Double,
    expected: Int? = nil
  ) {
    self.wanted = wanted
    self.rowCount = rowCount
    block = PowerSpectrum(blockSize: blockSize, rate: rate)
    sum = block
    cells = FrequencyCells(scale, count: rowCount, of: block)
    transform = BlockTransform(blockSize: blockSize)
    hop = max(1, blockSize / 16)
    column = [Float](repeating: 0, count: rowCount)
    powers.reserveCapacity(2 * wanted * rowCount)
    while let expected, framesPerColumn <= expected / (2 * wanted) { coarsen() }
    cutter = BlockCutter(blockSize: blockSize, hop: hop)
  }

  /// Adds samples.
  public func add(_ samples: Span<Float>) {
    // The callee may use everything but the cutter.
    var cutter = self.cutter.take()
    cutter?.add(samples) { take($0) }
    self.cutter = cutter
  }

  /// Completes the last column.
  public func finish() {
    var cutter = self.cutter.take()
    cutter?.finish { take($0) }
    self.cutter = cutter
    if blocksInSum > 0 { completeColumn() }
  }

  /// Takes a block and returns the distance to the next.
  private func take(_ samples: Span<Float>) -> Int {
    transform.transform(samples, into: &block)
    if blocksPerColumn == 1 {
      swap(&block, &sum)
    } else {
      sum.add(block)
    }
    blocksInSum += 1
    // Joining changes the distance after the next block, which starts where the last one ended.
    let next = hop
    if blocksInSum == blocksPerColumn {
      completeColumn()
      if count == 2 * wanted { joinColumns() }
    }
    return next
  }

  private func completeColumn() {
    if blocksInSum > 1 { sum.scale(by: 1 / Float(blocksInSum)) }
    cells.gather(sum, into: &column)
    powers.append(contentsOf: column)
    sum.clear()
    blocksInSum = 0
  }

  /// Joins the columns in pairs; from now on a column spans twice as many frames.
  private func joinColumns() {
    for index in 0..<wanted {
      let (target, source) = (index * rowCount, 2 * index * rowCount)
      for row in 0..<rowCount {
        powers[target + row] = (powers[source + row] + powers[source + rowCount + row]) / 2
      }
    }
    powers.removeLast(wanted * rowCount)
    coarsen()
  }

  private func coarsen() {
    if hop * 2 > transform.blockSize / 2, blocksPerColumn < Self.maxBlocks {
      blocksPerColumn *= 2
    } else {
      hop *= 2
    }
  }
}
