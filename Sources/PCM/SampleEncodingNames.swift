/// Why a sample format's name was refused, in one line.
public struct SampleEncodingError: Error, Hashable, CustomStringConvertible {
  /// The complaint, with names that would work.
  public let description: String
}

extension SampleEncoding {
  /// The name the tools print, `s16le`; ffmpeg uses the same.
  public var name: String {
    switch self {
    case .u8: "u8"
    case .s8: "s8"
    case .s16le: "s16le"
    case .s16be: "s16be"
    case .s24le: "s24le"
    case .s24be: "s24be"
    case .s32le: "s32le"
    case .s32be: "s32be"
    case .f32le: "f32le"
    case .f32be: "f32be"
    case .f64le: "f64le"
    case .f64be: "f64be"
    case .ulaw: "ulaw"
    case .alaw: "alaw"
    }
  }

  /// Reads a sample format by any name in common use.
  ///
  /// Accepts the names of ALSA (`S16_LE`), PulseAudio, PipeWire, GStreamer, ffmpeg, sox, numpy
  /// (`<i2`), PortAudio, sndio and libsndfile. Case does not matter, underscores do. A name without
  /// a byte order means the machine's. Throws if the name is unknown, is ambiguous or means 24 bits
  /// in four bytes.
  public init(parsing text: String) throws(SampleEncodingError) {
    let key = text.lowercased()
    if let encoding = Self.spelling(key) {
      self = encoding
      return
    }
    throw SampleEncodingError(description: Self.complaint(about: text, key: key))
  }

  private static func spelling(_ key: String) -> SampleEncoding? {
    switch key {
    case "u8", "uint8", "|u1", "<u1", ">u1", "pcm_u8", "pauint8", "ub": .u8
    case "s8", "int8", "|i1", "<i1", ">i1", "pcm_s8", "paint8", "sb": .s8
    case "s16le", "s16_le", "<i2", "pcm_s16le": .s16le
    case "s16be", "s16_be", ">i2", "pcm_s16be": .s16be
    case "s16", "s16ne", "int16", "pcm_16", "paint16", "sw": .init(.int16)
    case "s24le", "s24_3le", "s24le3", "pcm_s24le": .s24le
    case "s24be", "s24_3be", "s24be3", "pcm_s24be": .s24be
    case "s24", "s24ne", "int24", "pcm_24", "paint24": .init(.int24)
    case "s32le", "s32_le", "<i4", "pcm_s32le": .s32le
    case "s32be", "s32_be", ">i4", "pcm_s32be": .s32be
    case "s32", "s32ne", "int32", "pcm_32", "paint32", "sl": .init(.int32)
    case "f32le", "float_le", "float32le", "<f4", "pcm_f32le": .f32le
    case "f32be", "float_be", "float32be", ">f4", "pcm_f32be": .f32be
    case "f32", "float", "float32", "float32ne", "flt", "pafloat32": .init(.float32)
    case "f64le", "float64_le", "float64le", "<f8", "pcm_f64le": .f64le
    case "f64be", "float64_be", "float64be", ">f8", "pcm_f64be": .f64be
    case "f64", "float64", "float64ne", "double", "dbl": .init(.float64)
    case "ulaw", "mulaw", "mu_law", "pcm_mulaw", "ul": .ulaw
    case "alaw", "a_law", "pcm_alaw", "al": .alaw
    default: nil
    }
  }

  private static func complaint(about text: String, key: String) -> String {
    switch key {
    case "s24_le", "s24_32le", "s24-32le", "s24le4", "s24le4lsb", "s24le4msb":
      return "\(quoted(text)) has four bytes a sample, did you mean S24_3LE?"
    case "s24_be", "s24_32be", "s24-32be", "s24be4", "s24be4lsb", "s24be4msb":
      return "\(quoted(text)) has four bytes a sample, did you mean S24_3BE?"
    case "s24_32", "s24-32", "s24_32ne", "s24-32ne":
      return "\(quoted(text)) has four bytes a sample, did you mean s24?"
    case "8", "i1", "u1", "i8":
      return "ambiguous sample format \(quoted(text)), did you mean u8, s8 or s16le?"
    case "16", "i2", "i16":
      return "ambiguous sample format \(quoted(text)), did you mean s16le or s16be?"
    case "24", "i24":
      return "ambiguous sample format \(quoted(text)), did you mean s24le or s24be?"
    case "32", "i4", "f4", "i32":
      return "ambiguous sample format \(quoted(text)), did you mean s32le or f32le?"
    case "64", "f8":
      return "ambiguous sample format \(quoted(text)), did you mean f64le or f64be?"
    default:
      break
    }
    let plain = key.filter { $0.isLetter || $0.isNumber }
    if let near = spelling(plain) {
      return "unknown sample format \(quoted(text)), did you mean \(near.name)?"
    }
    return "unknown sample format \(quoted(text)), try u8, s8, s16le, s24le, s32le, f32le, f64le, "
      + "the same ending in be, ulaw or alaw"
  }
}

extension SampleEncoding: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}
