/// Noise for dither: xorshift128 in eight lanes, which is shifts and exclusive ors only and so
/// as fast on the plainest vector unit.
///
/// Each word is two independent uniform numbers of 16 bits; their difference has the triangular
/// distribution.
struct NoiseSource: Sendable {
  /// Words made at a time.
  static let blockCount = 256

  private var x: SIMD8<UInt32>
  private var y: SIMD8<UInt32>
  private var z: SIMD8<UInt32>
  private var w: SIMD8<UInt32>

  init(seed: UInt64) {
    var state = seed
    x = Self.words(&state)
    y = Self.words(&state)
    z = Self.words(&state)
    w = Self.words(&state)
  }

  /// Words by splitmix64, so that neighbouring seeds give unrelated noise.
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

  /// Fills `words` with `blockCount` words of noise.
  @inline(__always)
  mutating func fill(_ words: UnsafeMutablePointer<UInt32>) {
    var (a, b, c, d) = (x, y, z, w)
    let target = UnsafeMutableRawPointer(words)
    for group in 0..<Self.blockCount / 8 {
      let t = a ^ (a &<< 11)
      a = b
      b = c
      c = d
      d = d ^ (d &>> 19) ^ t ^ (t &>> 8)
      unsafe target.storeBytes(
        of: d, toByteOffset: group &* MemoryLayout<SIMD8<UInt32>>.stride,
        as: SIMD8<UInt32>.self)
    }
    (x, y, z, w) = (a, b, c, d)
  }

  /// The triangular noise of one word, in 2^-16 of a step: -65535...65535.
  @inline(__always)
  static func triangle(_ word: UInt32) -> Int32 {
    Int32(bitPattern: word & 0xFFFF) &- Int32(bitPattern: word &>> 16)
  }

  /// The triangular noise of one word, where a step is 2^`shift`.
  @inline(__always)
  static func triangle(_ word: UInt32, shift: Int32) -> Int32 {
    if shift > 16 { return triangle(word) &<< (shift &- 16) }
    let drop = UInt32(bitPattern: 16 &- shift)
    let first = (word & 0xFFFF) &>> drop
    let second = word &>> (16 &+ drop)
    return Int32(bitPattern: first) &- Int32(bitPattern: second)
  }
}
