/// Noise for dither: xorshift128 in eight lanes. It needs only shifts and exclusive ors, so it is
/// fast on any vector unit.
///
/// Each word is two independent uniform 16-bit numbers; their difference has a triangular
/// distribution.
struct NoiseSource: Sendable {
  /// The maximum number of words made at a time: with a group already begun, they fill 1024 bytes.
  static var blockCount: Int { 248 }

  private var x: SIMD8<UInt32>
  private var y: SIMD8<UInt32>
  private var z: SIMD8<UInt32>
  private var w: SIMD8<UInt32>

  /// Words of the next group already used.
  private var used = 0

  init(seed: UInt64) {
    var state = seed
    x = Self.words(&state)
    y = Self.words(&state)
    z = Self.words(&state)
    w = Self.words(&state)
  }

  /// Seed words from SplitMix64, so that neighbouring seeds give unrelated noise.
  private static func words(_ state: inout UInt64) -> SIMD8<UInt32> {
    var words = SIMD8<UInt32>()
    for index in words.indices {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      // A lane of zeros would stay zero.
      words[index] = UInt32(truncatingIfNeeded: mixed >> 32) | 1
    }
    return words
  }

  /// Makes the next `count` words, at most `blockCount`, and returns the index of the first.
  ///
  /// The noise does not depend on how calls divide a stream: the next call makes a partly used
  /// group of eight again.
  @inline(__always)
  mutating func fill(_ words: UnsafeMutableRawPointer, count: Int) -> Int {
    let first = used
    let (groups, remainder) = (first &+ count).quotientAndRemainder(dividingBy: 8)
    var next = self
    for group in 0..<groups { unsafe next.step(words + group &* 32) }
    self = next
    used = remainder
    if remainder > 0 { unsafe next.step(words + groups &* 32) }
    return first
  }

  @inline(__always)
  private mutating func step(_ words: UnsafeMutableRawPointer) {
    let t = x ^ (x &<< 11)
    x = y
    y = z
    z = w
    w = w ^ (w &>> 19) ^ t ^ (t &>> 8)
    unsafe words.storeBytes(of: w, as: SIMD8<UInt32>.self)
  }

  /// The triangular noise of one word, in units of 2^-16 step: -65535...65535.
  @inline(__always)
  static func triangle(_ word: UInt32) -> Int32 {
    Int32(bitPattern: word & 0xFFFF) &- Int32(bitPattern: word &>> 16)
  }

  /// The triangular noise of one word, a step being 2^`shift`.
  @inline(__always)
  static func triangle(_ word: UInt32, shift: Int32) -> Int32 {
    if shift > 16 { return triangle(word) &<< (shift &- 16) }
    let drop = UInt32(bitPattern: 16 &- shift)
    let first = (word & 0xFFFF) &>> drop
    let second = word &>> (16 &+ drop)
    return Int32(bitPattern: first) &- Int32(bitPattern: second)
  }
}
