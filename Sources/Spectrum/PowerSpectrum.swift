internal import Platform

/// The power of one block, or the mean of several, by frequency.
///
/// Calibrated so that a sine of amplitude 1 has the power 1 (0 dB of full scale) in its bin; a
/// constant likewise in bin 0.
public struct PowerSpectrum: Sendable {
  /// A power for each bin, `blockSize / 2 + 1` of them, from 0 Hz to half the rate.
  public var powers: [Float]
  /// Frames transformed at once.
  public let blockSize: Int
  /// Frames per second.
  public let rate: Double

  /// A spectrum without any power.
  public init(blockSize: Int, rate: Double) {
    powers = [Float](repeating: 0, count: blockSize / 2 + 1)
    self.blockSize = blockSize
    self.rate = rate
  }

  /// Hertz from bin to bin.
  public var binWidth: Double { rate / Double(blockSize) }

  /// The mean square of the samples, fade corrected: what Parseval's theorem says it is.
  public var meanSquare: Double {
    var sum = 0.0
    for power in powers { sum += Double(power) / 2 }
    // A constant, and a sine at half the rate, have no two sides.
    sum += (Double(powers[0]) + Double(powers[powers.count - 1])) / 2
    return sum / HannWindow.noiseBandwidth
  }

  /// Adds another spectrum of the same size.
  public mutating func add(_ other: PowerSpectrum) {
    precondition(other.powers.count == powers.count, "spectra of one size")
    for bin in powers.indices { powers[bin] += other.powers[bin] }
  }

  /// Takes all power away.
  public mutating func clear() {
    for bin in powers.indices { powers[bin] = 0 }
  }

  /// Multiplies all powers.
  public mutating func scale(by factor: Float) {
    for bin in powers.indices { powers[bin] *= factor }
  }

  // MARK: Lines

  /// A sine that stands out of what is beside it.
  public struct Line: Hashable, Sendable {
    /// Hertz, between the bins too.
    public let frequency: Double
    /// The square of its amplitude.
    public let power: Double
    /// Decibels of full scale.
    public var decibels: Double { 10 * log10(power) }
  }

  /// The line whose peak is this bin, if there is one: stronger than both neighbours, and 10 dB
  /// above the bins behind them.
  ///
  /// Its power is that of the sine wherever between two bins that lies; the bin alone has up to
  /// 1.4 dB less.
  public func line(at bin: Int) -> Line? {
    guard bin >= 2, bin + 2 < powers.count else { return nil }
    let power = powers[bin]
    guard power > powers[bin - 1], power >= powers[bin + 1],
      power > 10 * max(powers[bin - 2], powers[bin + 2])
    else { return nil }
    let isAbove = powers[bin + 1] > powers[bin - 1]
    let neighbour = isAbove ? powers[bin + 1] : powers[bin - 1]
    let offset = HannWindow.offset(forRatio: Double((neighbour / power).squareRoot()))
    let response = HannWindow.response(at: offset)
    return Line(
      frequency: (Double(bin) + (isAbove ? offset : -offset)) * binWidth,
      power: Double(power) / (response * response))
  }

  /// The strongest frequency, a line if it is one; the lowest bins, where a constant stands, do not
  /// count. Nil where there is no power.
  public var strongest: Line? {
    guard powers.count > 2,
      let bin = powers.indices.dropFirst(2).max(by: { powers[$0] < powers[$1] }),
      powers[bin] > 0
    else { return nil }
    return line(at: bin)
      ?? Line(frequency: Double(bin) * binWidth, power: Double(powers[bin]))
  }
}
