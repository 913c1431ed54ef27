internal import Platform

/// Statistics of one channel's samples. One thread at a time.
public final class ChannelStatistics {
  /// Samples so far.
  public private(set) var count = 0
  /// The largest magnitude.
  public private(set) var peak = 0.0
  /// Samples that are exactly zero.
  public private(set) var zeroCount = 0
  /// Runs of three samples or more at one end of full scale.
  public private(set) var clippedRunCount = 0
  /// NaN and infinite samples, counted as silence.
  public private(set) var notFiniteCount = 0

  private let ceiling: Double
  private var sum = 0.0
  private var squares = 0.0
  private var run = (sign: 0.0, length: 0)
  // All samples as 32-bit integers, combined by OR.
  private var bits: UInt32 = 0
  private var isFinerThan32Bits = false
  private var noise: NoiseFloor
  private var cutter: BlockCutter?
  private let transform: BlockTransform
  private var block: PowerSpectrum
  private var sumOfBlocks: PowerSpectrum
  private var blockCount = 0

  /// Creates statistics without samples.
  ///
  /// - Parameter significantBits: Those of the samples' encoding: the highest 16-bit value is 1 −
  ///   2⁻¹⁵, and floating point is assumed to clip there too.
  public init(rate: Double, significantBits: Int) {
    ceiling = 1 - exp2(Double(1 - min(16, significantBits)))
    noise = NoiseFloor(rate: rate)
    transform = BlockTransform(blockSize: BlockTransform.blockSize(near: rate * 0.2))
    block = PowerSpectrum(blockSize: transform.blockSize, rate: rate)
    sumOfBlocks = block
    cutter = BlockCutter(blockSize: transform.blockSize, hop: transform.blockSize / 2)
  }

  /// Adds samples.
  public func add(_ samples: Span<Double>) {
    count += samples.count
    var floats = [Float](repeating: 0, count: samples.count)
    for index in 0..<samples.count {
      var sample = samples[index]
      if !sample.isFinite {
        notFiniteCount += 1
        sample = 0
      }
      floats[index] = Float(sample)
      add(sample)
    }
    // The callee may use everything but the cutter.
    var cutter = self.cutter.take()
    cutter?.add(floats.span) { take($0) }
    self.cutter = cutter
  }

  /// Completes the block measurements.
  public func finish() {
    var cutter = self.cutter.take()
    cutter?.finish { take($0) }
    self.cutter = cutter
  }

  @inline(__always)
  private func add(_ sample: Double) {
    let magnitude = sample.magnitude
    if magnitude > peak { peak = magnitude }
    sum += sample
    squares += sample * sample
    noise.add(sample)
    if sample == 0 { zeroCount += 1 }
    if magnitude >= ceiling {
      let sign = sample < 0 ? -1.0 : 1
      run = run.sign == sign ? (sign, run.length + 1) : (sign, 1)
      if run.length == 3 { clippedRunCount += 1 }
    } else if run.length > 0 {
      run = (0, 0)
    }
    guard !isFinerThan32Bits else { return }
    let scaled = sample * 2_147_483_648
    if let whole = Int64(exactly: scaled) {
      bits |= UInt32(truncatingIfNeeded: whole)
    } else {
      isFinerThan32Bits = true
    }
  }

  private func take(_ samples: Span<Float>) -> Int {
    transform.transform(samples, into: &block)
    sumOfBlocks.add(block)
    blockCount += 1
    return transform.blockSize / 2
  }

  // MARK: Results

  /// The mean of the samples.
  public var offset: Double { count == 0 ? 0 : sum / Double(count) }

  /// The root of the mean square.
  public var rms: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }

  /// Peak over RMS, or nil for silence.
  public var crestFactor: Double? { rms > 0 ? peak / rms : nil }

  /// Bits that the samples need: 16 for sound that was 16 bits wide, whatever it is stored in; 0
  /// for silence; nil for more than 32, which only floating point has.
  public var usedBits: Int? {
    isFinerThan32Bits ? nil : bits == 0 ? 0 : 32 - bits.trailingZeroBitCount
  }

  /// The strongest frequency overall, or nil for silence.
  public var dominant: PowerSpectrum.Line? {
    guard blockCount > 0 else { return nil }
    var mean = sumOfBlocks
    mean.scale(by: 1 / Float(blockCount))
    return mean.strongest
  }

  /// The level of the quiet parts in decibels, or nil for silence.
  public var noiseFloor: Double? { noise.decibels }
}
