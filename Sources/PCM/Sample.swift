/// A type that is one sample in memory, in the layout `format` names.
public protocol Sample: BitwiseCopyable, Sendable {
  /// The in-memory format of this type.
  static var format: SampleFormat { get }

  /// The middle of the range: 128 for `UInt8`, otherwise 0.
  static var silence: Self { get }
}

extension UInt8: Sample {
  /// `uint8`.
  public static var format: SampleFormat { .uint8 }

  /// 128.
  public static var silence: UInt8 { 0x80 }
}

extension Int8: Sample {
  /// `int8`.
  public static var format: SampleFormat { .int8 }

  /// 0.
  public static var silence: Int8 { 0 }
}

extension Int16: Sample {
  /// `int16`.
  public static var format: SampleFormat { .int16 }

  /// 0.
  public static var silence: Int16 { 0 }
}

extension Int24: Sample {
  /// `int24`.
  public static var format: SampleFormat { .int24 }

  /// 0.
  public static var silence: Int24 { Int24(truncatingIfNeeded: 0) }
}

extension Int32: Sample {
  /// `int32`.
  public static var format: SampleFormat { .int32 }

  /// 0.
  public static var silence: Int32 { 0 }
}

extension Float: Sample {
  /// `float32`.
  public static var format: SampleFormat { .float32 }

  /// 0.
  public static var silence: Float { 0 }
}

extension Double: Sample {
  /// `float64`.
  public static var format: SampleFormat { .float64 }

  /// 0.
  public static var silence: Double { 0 }
}
