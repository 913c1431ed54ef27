internal import Platform

/// The level of the quiet between sounds: a tenth of all 50 ms blocks are quieter.
///
/// Blocks of zeros only, digital silence, do not count. A histogram in tenths of a decibel keeps
/// the memory constant.
public struct NoiseFloor: Sendable {
  private static let lowest = -250.0

  private let blockSize: Int
  private var histogram = [Int](repeating: 0, count: 2_900)
  private var total = 0
  private var squares = 0.0
  private var count = 0

  /// Creates a measurement at this rate.
  public init(rate: Double) {
    blockSize = max(1, Int((rate * 0.05).rounded()))
  }

  /// Adds a sample.
  @inline(__always)
  public mutating func add(_ sample: Double) {
    squares += sample * sample
    count += 1
    if count == blockSize { complete() }
  }

  /// Decibels relative to full scale (the RMS of a full-scale square wave is 0), to a tenth; nil if
  /// all is silent. Sound shorter than a block is one block.
  public var decibels: Double? {
    var all = self
    if all.total == 0, all.count > 0 { all.complete() }
    guard all.total > 0 else { return nil }
    var seen = 0
    for (index, count) in all.histogram.enumerated() {
      seen += count
      if seen * 10 >= all.total { return Double(index) / 10 + Self.lowest }
    }
    return nil
  }

  private mutating func complete() {
    if squares > 0 {
      let level = 10 * log10(squares / Double(count))
      let index = Int(((level - Self.lowest) * 10).rounded())
      histogram[min(histogram.count - 1, max(0, index))] += 1
      total += 1
    }
    (squares, count) = (0, 0)
  }
}
