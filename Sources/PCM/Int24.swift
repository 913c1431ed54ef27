/// A signed 24-bit integer packed in three bytes, in the machine's byte order, without padding. An
/// array of them has the memory layout of `SampleFormat.int24`.
public struct Int24: BitwiseCopyable, Sendable {
  private var bytes: (UInt8, UInt8, UInt8)

  /// -8388608.
  public static let min = Int24(truncatingIfNeeded: -0x80_0000)

  /// 8388607.
  public static let max = Int24(truncatingIfNeeded: 0x7F_FFFF)

  /// The low 24 bits of `value`.
  public init(truncatingIfNeeded value: Int32) {
    let low = UInt8(truncatingIfNeeded: value)
    let middle = UInt8(truncatingIfNeeded: value >> 8)
    let high = UInt8(truncatingIfNeeded: value >> 16)
    #if _endian(little)
      bytes = (low, middle, high)
    #else
      bytes = (high, middle, low)
    #endif
  }

  /// `value`, which must be in -8388608...8388607.
  public init(_ value: Int) {
    precondition(-0x80_0000...0x7F_FFFF ~= value, "an Int24 holds -8388608 to 8388607")
    self.init(truncatingIfNeeded: Int32(truncatingIfNeeded: value))
  }

  /// The nearest value that 24 bits hold.
  public init(clamping value: Int) {
    self.init(Swift.min(Swift.max(value, -0x80_0000), 0x7F_FFFF))
  }

  /// The number as an `Int32`.
  public var int32: Int32 {
    #if _endian(little)
      let (low, middle, high) = bytes
    #else
      let (high, middle, low) = bytes
    #endif
    return Int32(Int8(bitPattern: high)) << 16 | Int32(middle) << 8 | Int32(low)
  }
}

extension Int24: Hashable, Comparable {
  /// Whether both are the same number.
  public static func == (left: Int24, right: Int24) -> Bool { left.int32 == right.int32 }

  /// Whether the left number is smaller.
  public static func < (left: Int24, right: Int24) -> Bool { left.int32 < right.int32 }

  /// Feeds the number to a hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(int32) }
}

extension Int24: ExpressibleByIntegerLiteral {
  /// A literal, which must be in -8388608...8388607.
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Int24: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { int32.description }
}
