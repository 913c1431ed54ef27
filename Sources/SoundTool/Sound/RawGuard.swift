internal import PCM

/// Judges raw samples that count as f32le because their format is not stated: other data would be
/// noise at full scale.
///
/// Sound is finite, within 24 dB of full scale, and not tiny. If more than one in eight of the
/// first 1024 samples violates that, the data is not f32le. Exact zeros are not counted.
struct RawGuard {
  /// The number of samples that decides; as many bytes are examined to guess the real format.
  static let sampleLimit = 1024
  /// Fewer samples than this, one of them odd, are not enough evidence.
  private static let fewest = 8

  private var judgedCount = 0
  private var oddCount = 0
  /// Samples of a magnitude that sound has and halves of doubles do not.
  private var midCount = 0
  private var negativeCount = 0
  /// Samples of the first channel, if there are two.
  private var evenCount = 0
  private var values: Set<UInt32> = []
  /// The first bytes that are not all zero.
  private var head: [UInt8] = []

  /// Whether enough was seen; later samples are not examined.
  var isSatisfied: Bool { judgedCount >= Self.sampleLimit }

  /// The likely real format, for a message, or nil.
  var likeness: RawLikeness? { RawLikeness(head) }

  /// Takes the next samples; returns whether all so far may be f32le.
  ///
  /// - Parameter isLast: Whether nothing follows, so that a few samples must decide.
  mutating func accepts(_ bytes: RawSpan, isLast: Bool = false) -> Bool {
    unsafe bytes.withUnsafeBytes { bytes in
      var start = bytes.count
      for index in 0..<bytes.count / 4 where !isSatisfied {
        let bits = unsafe bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
        guard bits & UInt32(littleEndian: 0x7FFF_FFFF) != 0 else { continue }
        start = min(start, 4 * index)
        if index.isMultiple(of: 2) { evenCount += 1 }
        judge(UInt32(littleEndian: bits))
      }
      if head.count < 4 * Self.sampleLimit {
        let from = head.isEmpty ? start / 8 * 8 : 0
        unsafe head.append(contentsOf: bytes[from...].prefix(4 * Self.sampleLimit - head.count))
      }
    }
    guard judgedCount >= Self.fewest || (isLast && judgedCount > 0) else { return true }
    return oddCount * 8 <= judgedCount && !looksLikeHalvesOfDoubles
  }

  private mutating func judge(_ bits: UInt32) {
    judgedCount += 1
    let value = Float(bitPattern: bits)
    // NaN is outside every range.
    if !(1e-20...16).contains(value.magnitude) { oddCount += 1 }
    if (2e-18..<0.2).contains(value.magnitude) { midCount += 1 }
    if value < 0 { negativeCount += 1 }
    if values.count < 32 { values.insert(bits) }
  }

  /// The upper halves of f64, read as f32, lie between 0.25 and 2, and the lower halves of data
  /// with few bits are zero or nearly so; both look harmless. Sound in f32 passes through small
  /// values between positive and negative ones.
  private var looksLikeHalvesOfDoubles: Bool {
    guard judgedCount >= 48, midCount == 0 else { return false }
    if evenCount == 0 { return values.count >= 8 }
    let some = judgedCount / 8
    return values.count >= 32 && (some..<judgedCount - some).contains(negativeCount)
  }
}
