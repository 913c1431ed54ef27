internal import CKissFFT
internal import Platform

/// Transforms a block of samples to its ``PowerSpectrum``. One thread at a time.
///
/// Corresponds to `kiss_fftr`.
@safe public final class BlockTransform {
  /// Frames transformed at once, a power of two.
  public let blockSize: Int

  private let configuration: kiss_fftr_cfg
  private let weights: [Float]
  private var faded: [Float]
  private var bins: [kiss_fft_cpx]

  /// Creates a transform of blocks of this size, an even number.
  public init(blockSize: Int) {
    precondition(blockSize >= 2 && blockSize.isMultiple(of: 2), "an even number of frames")
    guard let made = unsafe kiss_fftr_alloc(CInt(blockSize), 0, nil, nil) else {
      fatalError("out of memory")
    }
    unsafe configuration = made
    self.blockSize = blockSize
    weights = HannWindow.weights(count: blockSize)
    faded = [Float](repeating: 0, count: blockSize)
    bins = [kiss_fft_cpx](repeating: kiss_fft_cpx(), count: blockSize / 2 + 1)
  }

  deinit {
    // kiss_fftr_free is a macro for this.
    unsafe free(UnsafeMutableRawPointer(configuration))
  }

  /// The power of two nearest to this many frames, at least 16 and at most 65536.
  public static func blockSize(near frames: Double) -> Int {
    var size = 16
    while size < 65_536, Double(size) * 2.squareRoot() < frames { size *= 2 }
    return size
  }

  /// Transforms `blockSize` samples. NaN, infinities and values beyond ±10⁹, as in data that is not
  /// sound, count as silence, so that every power is finite.
  public func transform(_ block: Span<Float>, into spectrum: inout PowerSpectrum) {
    precondition(block.count == blockSize && spectrum.blockSize == blockSize, "one block")
    // The weights sum to half the size; a sine's other half is at the negative frequency.
    let size = Float(blockSize)
    let (both, one) = (16 / (size * size), 4 / (size * size))
    // Pointers, because this processes long sounds.
    unsafe faded.withUnsafeMutableBufferPointer { faded in
      unsafe block.withUnsafeBufferPointer { block in
        unsafe weights.withUnsafeBufferPointer { weights in
          for index in 0..<blockSize {
            let sample = unsafe block[index]
            unsafe faded[index] = sample.magnitude <= 1e9 ? sample * weights[index] : 0
          }
        }
      }
      unsafe bins.withUnsafeMutableBufferPointer { bins in
        unsafe kiss_fftr(configuration, faded.baseAddress, bins.baseAddress)
        unsafe spectrum.powers.withUnsafeMutableBufferPointer { powers in
          for bin in 0..<bins.count {
            let value = unsafe bins[bin]
            unsafe powers[bin] = (value.r * value.r + value.i * value.i) * both
          }
        }
      }
    }
    spectrum.powers[0] *= one / both
    spectrum.powers[bins.count - 1] *= one / both
  }
}
