/// G.711's companded bytes, through 16-bit integers.
///
/// A byte is a tiny floating point number: a sign, three bits of exponent and four of mantissa. So
/// `Float` does the arithmetic, without a branch or a table.
///
/// G.711 leaves some boundaries between codes open. Here both signs round alike, as in libsndfile;
/// other programs all differ there.
enum ULaw: IntegerCoding {
  static var byteCount: Int { 1 }
  static var bitCount: Int32 { 16 }
  static var takesDither: Bool { false }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    let code = unsafe ~UInt32(source.load(as: UInt8.self))
    // (33 + 2m) · 2^e - 33; the sample is four times that.
    let pattern = (code & 0x7F) &<< 19 | 1 &<< 18
    let magnitude = Float(bitPattern: pattern &+ (127 &+ 5 &+ 2) &<< 23) - 132
    return signed(magnitude, negative: code & 0x80 != 0)
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    let sign = value &>> 31
    let magnitude = ((value ^ sign) &- sign) &>> 2
    let biased = (magnitude > 8158 ? 8158 : magnitude) &+ 33
    let code = Float(biased).bitPattern &>> 19 &- (127 &+ 5) &<< 4
    let byte = ~(code | UInt32(bitPattern: sign) & 0x80)
    unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: byte), as: UInt8.self)
  }
}

enum ALaw: IntegerCoding {
  static var byteCount: Int { 1 }
  static var bitCount: Int32 { 16 }
  static var takesDither: Bool { false }

  @inline(__always)
  static func load(_ source: UnsafeRawPointer) -> Int32 {
    let code = unsafe UInt32(source.load(as: UInt8.self)) ^ 0x55
    // (33 + 2m) · 2^(e - 1), or 1 + 2m if the exponent is 0; the sample is eight times that.
    let isLinear = code & 0x70 == 0
    let pattern = (code & 0x7F) &<< 19 | 1 &<< 18
    let exponent: UInt32 = isLinear ? 127 &+ 8 : 127 &+ 7
    let magnitude = Float(bitPattern: pattern &+ exponent &<< 23) - (isLinear ? 256 : 0)
    return signed(magnitude, negative: code & 0x80 == 0)
  }

  @inline(__always)
  static func store(_ value: Int32, _ target: UnsafeMutableRawPointer) {
    let sign = value &>> 31
    let whole = ((value ^ sign) &- sign) &>> 4
    let magnitude = whole > 2047 ? 2047 : whole
    let isLinear = magnitude < 16
    let pattern = Float(isLinear ? magnitude &+ 16 : magnitude).bitPattern &>> 19
    let code = pattern &- (isLinear ? 127 &+ 4 : 127 &+ 3) &<< 4
    let byte = (code | UInt32(bitPattern: ~sign) & 0x80) ^ 0x55
    unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: byte), as: UInt8.self)
  }
}

/// Adds a sign to a whole `magnitude`.
@inline(__always)
private func signed(_ magnitude: Float, negative: Bool) -> Int32 {
  Float.integer(negative ? -magnitude : magnitude, 16)
}
