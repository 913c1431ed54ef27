/// Repairs samples that encoders of lossy codecs cannot take: some abort, others write noise for
/// seconds.
enum Finite {
  /// 60 dB above full scale. LAME stops the program at samples from about 2¹⁶ on.
  private static let limit: Float = 0x1p10

  /// Replaces NaN by silence, and infinities and samples from 2¹⁰ on, which a codec has no numbers
  /// for, by full scale. Returns the samples and the count of replacements; nil if there are none.
  /// Samples are f32 in the machine's byte order.
  static func repaired(_ samples: RawSpan) -> (bytes: [UInt8], count: Int)? {
    let count = samples.byteCount / 4
    let isSound = unsafe samples.withUnsafeBytes { source in
      // The exponent alone.
      var worst: UInt32 = 0
      for index in 0..<count {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
        worst = max(worst, bits & 0x7F80_0000)
      }
      return worst < limit.bitPattern
    }
    if isSound { return nil }
    var bytes = unsafe samples.withUnsafeBytes { unsafe Array($0) }
    var repaired = 0
    unsafe bytes.withUnsafeMutableBytes { target in
      for index in 0..<count {
        let sample = unsafe target.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        if abs(sample) < limit { continue }
        repaired += 1
        let finite: Float = sample.isNaN ? 0 : sample > 0 ? 1 : -1
        unsafe target.storeBytes(of: finite, toByteOffset: 4 * index, as: Float.self)
      }
    }
    return (bytes, repaired)
  }
}
