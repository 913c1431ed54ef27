/// The encoding of a sample in raw data: in a pipe, a file or a device's buffer.
///
/// `s24le` and `s24be` are packed in three bytes. `ulaw` and `alaw` are the companded bytes of
/// G.711, which decode to 16 bits.
public enum SampleEncoding: Hashable, Sendable, CaseIterable {
  case u8, s8
  case s16le, s16be
  case s24le, s24be
  case s32le, s32be
  case f32le, f32be
  case f64le, f64be
  case ulaw, alaw

  /// The encoding of an in-memory format, in this machine's byte order.
  public init(_ format: SampleFormat) {
    self =
      switch format {
      case .uint8: .u8
      case .int8: .s8
      case .int16: .native(.s16le, .s16be)
      case .int24: .native(.s24le, .s24be)
      case .int32: .native(.s32le, .s32be)
      case .float32: .native(.f32le, .f32be)
      case .float64: .native(.f64le, .f64be)
      }
  }

  /// The in-memory format with this encoding; nil for companded samples and the other byte order.
  public var format: SampleFormat? {
    switch self {
    case .u8: .uint8
    case .s8: .int8
    case .native(.s16le, .s16be): .int16
    case .native(.s24le, .s24be): .int24
    case .native(.s32le, .s32be): .int32
    case .native(.f32le, .f32be): .float32
    case .native(.f64le, .f64be): .float64
    default: nil
    }
  }

  /// Bytes per sample.
  public var byteCount: Int {
    switch self {
    case .u8, .s8, .ulaw, .alaw: 1
    case .s16le, .s16be: 2
    case .s24le, .s24be: 3
    case .s32le, .s32be, .f32le, .f32be: 4
    case .f64le, .f64be: 8
    }
  }

  /// Whether samples are floating point, full scale being ±1.
  public var isFloat: Bool {
    switch self {
    case .f32le, .f32be, .f64le, .f64be: true
    default: false
    }
  }

  /// Whether samples are linear integers, not floating point or companded.
  public var isInteger: Bool { !isFloat && !isCompanded }

  /// Whether samples are the companded bytes of G.711.
  public var isCompanded: Bool { self == .ulaw || self == .alaw }

  /// The integer width in bits that holds every sample: 24 for f32 within full scale, 53 for f64,
  /// 14 for ulaw and 13 for alaw.
  public var significantBits: Int {
    switch self {
    case .u8, .s8: 8
    case .s16le, .s16be: 16
    case .s24le, .s24be, .f32le, .f32be: 24
    case .s32le, .s32be: 32
    case .f64le, .f64be: 53
    case .ulaw: 14
    case .alaw: 13
    }
  }

  /// Whether every sample of `other` survives conversion to this encoding unchanged.
  public func holds(_ other: SampleEncoding) -> Bool {
    if self == other { return true }
    if isCompanded { return false }
    if other.isFloat && !isFloat { return false }
    return significantBits >= other.significantBits
  }

  /// The value of every byte of a silent sample: 0x80 in u8, 0xFF in ulaw, 0xD5 in alaw, otherwise
  /// 0.
  public var silentByte: UInt8 {
    switch self {
    case .u8: 0x80
    case .ulaw: 0xFF
    case .alaw: 0xD5
    default: 0
    }
  }

  /// Overwrites all of `bytes` with silence. Any thread, the audio thread included.
  public func fillSilence(_ bytes: inout MutableRawSpan) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe start.initializeMemory(as: UInt8.self, repeating: silentByte, count: buffer.count)
    }
  }

  static func native(_ little: SampleEncoding, _ big: SampleEncoding) -> SampleEncoding {
    #if _endian(little)
      little
    #else
      big
    #endif
  }
}

private func ~= (pattern: SampleEncoding, value: SampleEncoding) -> Bool { pattern == value }
