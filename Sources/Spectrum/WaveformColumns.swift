/// The extremes of one channel, of any length, in constant memory and one pass. Every sample
/// counts.
///
/// Columns start with one frame and are joined in pairs whenever there are twice as many as wanted.
/// One thread at a time.
public final class WaveformColumns {
  /// The extremes of a piece of sound.
  public struct Column: Hashable, Sendable {
    /// The lowest sample.
    public var low: Float
    /// The highest sample.
    public var high: Float
    /// The mean of the squares.
    public var meanSquare: Float
  }

  /// Columns so far, each of ``framesPerColumn``; the last may be shorter.
  public private(set) var columns: [Column] = []
  /// Frames per column.
  public private(set) var framesPerColumn = 1

  private let wanted: Int
  private var open = Extremes()

  /// Creates at least `wanted` columns, and fewer than twice as many, unless there are fewer
  /// frames.
  public init(wanted: Int) {
    self.wanted = wanted
    columns.reserveCapacity(2 * wanted)
  }

  /// Adds samples. NaN and infinities count as silence.
  public func add(_ samples: Span<Float>) {
    var index = 0
    while index < samples.count {
      let count = min(framesPerColumn - open.count, samples.count - index)
      open.add(samples.extracting(index..<index + count))
      index += count
      if open.count == framesPerColumn { complete() }
    }
  }

  /// Completes the last column.
  public func finish() {
    if open.count > 0 { complete() }
  }

  private func complete() {
    columns.append(open.column)
    open = Extremes()
    guard columns.count == 2 * wanted else { return }
    for index in 0..<wanted {
      let (a, b) = (columns[2 * index], columns[2 * index + 1])
      columns[index] = Column(
        low: min(a.low, b.low), high: max(a.high, b.high),
        meanSquare: (a.meanSquare + b.meanSquare) / 2)
    }
    columns.removeLast(wanted)
    framesPerColumn *= 2
  }
}

/// The extremes and the mean square of samples.
public struct Extremes: Sendable {
  /// Samples so far.
  public private(set) var count = 0
  private var low = Float.infinity
  private var high = -Float.infinity
  private var squares = 0.0

  /// Creates extremes without samples.
  public init() {}

  /// The resulting column; silence without samples.
  public var column: WaveformColumns.Column {
    guard count > 0 else { return .init(low: 0, high: 0, meanSquare: 0) }
    return .init(low: low, high: high, meanSquare: Float(squares / Double(count)))
  }

  /// Adds samples. NaN and infinities count as silence.
  public mutating func add(_ samples: Span<Float>) {
    count += samples.count
    unsafe samples.withUnsafeBufferPointer { unsafe add($0) }
  }

  // Eight at a time, because this processes every sample of long sounds.
  private mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    typealias Eight = SIMD8<Float>
    var (lows, highs, sums) = (Eight(repeating: low), Eight(repeating: high), Eight.zero)
    let whole = samples.count & ~7
    if let base = samples.baseAddress {
      var index = 0
      while index < whole {
        // Float sums stay accurate enough for this many samples.
        let end = min(whole, index + 32_768)
        sums = .zero
        while index < end {
          var values = unsafe UnsafeRawPointer(base + index).loadUnaligned(as: Eight.self)
          values.replace(with: 0, where: .!((values .> -.infinity) .& (values .< .infinity)))
          lows.replace(with: values, where: values .< lows)
          highs.replace(with: values, where: values .> highs)
          sums += values * values
          index += 8
        }
        squares += Double(sums.sum())
      }
    }
    low = lows.min()
    high = highs.max()
    for index in whole..<samples.count {
      let value = unsafe samples[index].isFinite ? samples[index] : 0
      low = min(low, value)
      high = max(high, value)
      squares += Double(value) * Double(value)
    }
  }
}
