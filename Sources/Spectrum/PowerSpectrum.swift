internal import Platform

/// The power of one block, or the mean of several, by frequency.
///
/// Calibrated so that a sine of amplitude 1 has power 1 (0 dB relative to full scale) in its bin,
/// and so has a constant in bin 0.
public struct PowerSpectrum: Sendable {
  /// A power for each bin, `blockSize / 2 + 1` of them, from 0 Hz to half the rate.
  public var powers: [Float]
  /// Frames transformed at once.
  public let blockSize: Int
  /// Frames per second.
  public let rate: Double

  /// Creates a spectrum without power.
  public init(blockSize: Int, rate: Double) {
    powers = [Float](repeating: 0, count: blockSize / 2 + 1)
    self.blockSize = blockSize
    self.rate = rate
  }

  /// The distance between bins in hertz.
  public var binWidth: Double { rate / Double(blockSize) }

  /// The mean square of the samples by Parseval's theorem, corrected for the window.
  public var meanSquare: Double {
    var sum = 0.0
    for power in powers { sum += Double(power) / 2 }
    // A constant, and a sine at half the rate, have only one side.
    sum += (Double(powers[0]) + Double(powers[powers.count - 1])) / 2
    return sum / HannWindow.noiseBandwidth
  }

  /// Adds another spectrum of the same size.
  public mutating func add(_ other: PowerSpectrum) {
    precondition(other.powers.count == powers.count, "spectra of one size")
    for bin in powers.indices { powers[bin] += other.powers[bin] }
  }

  /// Sets all powers to 0.
  public mutating func clear() {
    for bin in powers.indices { powers[bin] = 0 }
  }

  /// Multiplies all powers.
  public mutating func scale(by factor: Float) {
    for bin in powers.indices { powers[bin] *= factor }
  }

  // MARK: Lines

  /// A sine that stands out from its surroundings.
  public struct Line: Hashable, Sendable {
    /// Hertz, interpolated between bins.
    public let frequency: Double
    /// The square of its amplitude.
    public let power: Double
    /// Decibels relative to full scale.
    public var decibels: Double { 10 * log10(power) }
  }

  /// The line whose peak is this bin, if there is one: stronger than both neighbours, and 10 dB
  /// above the bins beyond them.
  ///
  /// Its power is the sine's wherever it is between two bins; the bin alone has up to 1.4 dB less.
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

  /// The strongest frequency, refined if it is a line; the lowest bins, which hold any constant, do
  /// not count. nil if there is no power.
  public var strongest: Line? {
    guard powers.count > 2,
      let bin = powers.indices.dropFirst(2).max(by: { powers[$0] < powers[$1] }),
      powers[bin] > 0
    else { return nil }
    return line(at: bin)
      ?? Line(frequency: Double(bin) * binWidth, power: Double(powers[bin]))
  }
}
