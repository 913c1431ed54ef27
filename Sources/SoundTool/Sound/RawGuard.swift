internal import PCM

/// Judges raw samples that are taken for f32le because nobody stated their format: anything else
/// would be noise at full scale.
///
/// Sound is finite, within 24 dB of full scale, and not minute. More than one in eight of the first
/// 1024 samples against that is no f32le. Exact zeros say nothing: they pass and are not counted.
struct RawGuard {
  /// Samples that decide; as many bytes are looked at to find out what they look like.
  static let sampleLimit = 1024
  /// So few samples, one of them odd, are no evidence yet.
  private static let fewest = 8

  private var judgedCount = 0
  private var oddCount = 0
  /// Samples of a size that sound has and halves of doubles have not.
  private var midCount = 0
  private var negativeCount = 0
  /// Samples of the first channel, where there are two.
  private var evenCount = 0
  private var values: Set<UInt32> = []
  /// The first bytes that are not all zero.
  private var head: [UInt8] = []

  /// Whether enough was seen: what follows is not looked at.
  var isSatisfied: Bool { judgedCount >= Self.sampleLimit }

  /// What it looks like instead, for a message; nil where it looks like nothing known.
  var likeness: RawLikeness? { RawLikeness(head) }

  /// Takes the next samples; says whether all so far may be f32le.
  ///
  /// - Parameter isLast: whether nothing follows, so that few samples must do.
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
    // NaN is not within anything.
    if !(1e-20...16).contains(value.magnitude) { oddCount += 1 }
    if (2e-18..<0.2).contains(value.magnitude) { midCount += 1 }
    if value < 0 { negativeCount += 1 }
    if values.count < 32 { values.insert(bits) }
  }

  /// The upper halves of f64 read as f32 lie between 0.25 and 2, and the lower halves of what had
  /// few bits are zero or next to nothing: both are harmless by themselves. Sound in f32 passes
  /// through the smaller values on its way from one sign to the other.
  private var looksLikeHalvesOfDoubles: Bool {
    guard judgedCount >= 48, midCount == 0 else { return false }
    if evenCount == 0 { return values.count >= 8 }
    let some = judgedCount / 8
    return values.count >= 32 && (some..<judgedCount - some).contains(negativeCount)
  }
}
