internal import Platform

/// A frequency axis, linear or logarithmic.
public struct FrequencyScale: Hashable, Sendable {
  /// Its start in hertz.
  public let low: Double
  /// Its end in hertz.
  public let high: Double
  /// Whether equal distances are equal ratios.
  public let isLogarithmic: Bool

  /// Creates an axis from `low` to `high`; a logarithmic one starts above 0.
  public init(low: Double, high: Double, isLogarithmic: Bool = false) {
    precondition(low < high && (!isLogarithmic || low > 0), "a range of frequencies")
    (self.low, self.high, self.isLogarithmic) = (low, high, isLogarithmic)
  }

  /// The position of a frequency: 0 at the start, 1 at the end.
  public func position(of frequency: Double) -> Double {
    isLogarithmic
      ? log(max(frequency, .leastNormalMagnitude) / low) / log(high / low)
      : (frequency - low) / (high - low)
  }

  /// The frequency at a position from 0 to 1.
  public func frequency(at position: Double) -> Double {
    isLogarithmic ? low * pow(high / low, position) : low + (high - low) * position
  }
}

/// Maps the bins of a spectrum to the cells of a ``FrequencyScale``: the rows of a picture or the
/// columns of a terminal.
///
/// A cell of many bins shows the strongest; one between two bins interpolates; a line shows its own
/// power, wherever it is.
public struct FrequencyCells: Sendable {
  /// The number of cells.
  public var count: Int { cells.count }

  private struct Cell {
    var bins: Range<Int>
    // If no bin is in the cell: the bins around it, and the distance from the first.
    var lower: Int
    var fraction: Float
  }

  private let scale: FrequencyScale
  private let cells: [Cell]
  // The bins to search for lines.
  private let bins: Range<Int>

  /// Divides the scale into `count` cells, for spectra like this one.
  public init(_ scale: FrequencyScale, count: Int, of spectrum: PowerSpectrum) {
    self.scale = scale
    let last = spectrum.powers.count - 1
    func bin(at edge: Int) -> Double {
      scale.frequency(at: Double(edge) / Double(count)) / spectrum.binWidth
    }
    cells = (0..<count).map { index in
      let (begin, end) = (bin(at: index), bin(at: index + 1))
      let first = min(last + 1, Int(begin.rounded(.up)))
      let beyond = min(last + 1, max(first, Int(end.rounded(.up))))
      let middle = min(Double(last), (begin + end) / 2)
      let lower = min(max(0, last - 1), Int(middle))
      return Cell(bins: first..<beyond, lower: lower, fraction: Float(middle - Double(lower)))
    }
    let begin = max(0, min(last, Int(bin(at: 0))))
    bins = begin..<max(begin, min(last, Int(bin(at: count).rounded(.up))))
  }

  /// Returns the power of each cell.
  public func gather(_ spectrum: PowerSpectrum, into result: inout [Float]) {
    let powers = spectrum.powers.span
    for index in cells.indices {
      let cell = cells[index]
      if cell.bins.isEmpty {
        let (a, b) = (powers[cell.lower], powers[min(cell.lower + 1, powers.count - 1)])
        result[index] = a + (b - a) * cell.fraction
      } else {
        var strongest: Float = 0
        for bin in cell.bins { strongest = max(strongest, powers[bin]) }
        result[index] = strongest
      }
    }
    for bin in bins {
      guard let line = spectrum.line(at: bin) else { continue }
      let cell = Int((scale.position(of: line.frequency) * Double(count)).rounded(.down))
      if cells.indices.contains(cell) { result[cell] = max(result[cell], Float(line.power)) }
    }
  }
}
