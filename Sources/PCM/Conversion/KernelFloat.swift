/// The arithmetic that kernels need of `Float` and `Double`.
protocol KernelFloat: BinaryFloatingPoint, BitwiseCopyable {
  /// The number as a `Double`.
  var wide: Double { get }

  /// Two to the power of `exponent`.
  static func power(_ exponent: Int32) -> Self

  /// The nearest integer of `bitCount` signed bits, ties to even.
  ///
  /// Rounds by additions: baseline x86-64 has no rounding instruction, and a conversion that may
  /// trap keeps a loop from being vectorised.
  static func integer(_ value: Self, _ bitCount: Int32) -> Int32

  /// 1 if the magnitude is above 1, otherwise 0. The value must not be NaN.
  var excess: Int32 { get }

  init(_ value: Int32)
}

extension Float: KernelFloat {
  @inline(__always)
  var wide: Double { Double(self) }

  @inline(__always)
  var excess: Int32 {
    // Compares as integers, so that the optimiser does not merge this with the clamping.
    Int32(bitPattern: bitPattern & 0x7FFF_FFFF) > 0x3F80_0000 ? 1 : 0
  }

  @inline(__always)
  static func power(_ exponent: Int32) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: exponent &+ 127) &<< 23)
  }

  @inline(__always)
  static func integer(_ value: Float, _ bitCount: Int32) -> Int32 {
    // A Float cannot hold the largest 32-bit integer.
    if bitCount > 24 { return Double.integer(value.wide, bitCount) }
    let inside = value.clamped(bitCount)
    // From 2^23 to 2^24 a Float's last bit is worth 1, so an addition rounds: the value itself if
    // both signs fit there, otherwise the magnitude.
    if bitCount <= 22 {
      let bias: Float = 0x1.8p23
      return Int32(bitPattern: (inside + bias).bitPattern &- bias.bitPattern)
    }
    let bias: Float = 0x1p23
    let rounded = Int32(bitPattern: (inside.magnitude + bias).bitPattern &- bias.bitPattern)
    let sign = Int32(bitPattern: inside.bitPattern) &>> 31
    return (rounded ^ sign) &- sign
  }
}

extension Double: KernelFloat {
  @inline(__always)
  var wide: Double { self }

  @inline(__always)
  var excess: Int32 { magnitude > 1 ? 1 : 0 }

  @inline(__always)
  static func power(_ exponent: Int32) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: exponent &+ 1023) &<< 52)
  }

  @inline(__always)
  static func integer(_ value: Double, _ bitCount: Int32) -> Int32 {
    // Between 2^52 and 2^53 a Double's last bit is worth 1, and the low half of its pattern is
    // the sum's integer in two's complement.
    let bias: Double = 0x1.8p52
    return Int32(truncatingIfNeeded: (value.clamped(bitCount) + bias).bitPattern)
  }
}

extension KernelFloat {
  /// The value, or 0 for NaN.
  @inline(__always)
  var number: Self { self == self ? self : 0 }

  /// The value clamped to the range of `bitCount` signed bits.
  @inline(__always)
  func clamped(_ bitCount: Int32) -> Self {
    let scale = Self.power(bitCount &- 1)
    return clamped(-scale, scale - 1)
  }

  @inline(__always)
  func clamped(_ low: Self, _ high: Self) -> Self {
    let above = self < low ? low : self
    return above > high ? high : above
  }
}
