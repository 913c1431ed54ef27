public import PCM

/// The coding of samples inside a sound file.
///
/// Linear and companded samples are `pcm` of some `SampleEncoding`; so is FLAC, at its depth. All
/// other codecs are decoded while reading.
public enum AudioCodec: Hashable, Sendable {
  case pcm(SampleEncoding)
  case vorbis, opus
  case mpegLayer1, mpegLayer2, mpegLayer3
  case alac16, alac20, alac24, alac32
  case imaADPCM, msADPCM, voxADPCM, nmsADPCM16, nmsADPCM24, nmsADPCM32
  case g721, g723at24, g723at40, gsm610
  case dwvw12, dwvw16, dwvw24
  case dpcm8, dpcm16

  /// Every codec; sample encodings come first.
  public static let allCases: [AudioCodec] =
    SampleEncoding.allCases.map(AudioCodec.pcm) + coded

  static let coded: [AudioCodec] = [
    .vorbis, .opus, .mpegLayer1, .mpegLayer2, .mpegLayer3, .alac16, .alac20, .alac24, .alac32,
    .imaADPCM, .msADPCM, .voxADPCM, .nmsADPCM16, .nmsADPCM24, .nmsADPCM32, .g721, .g723at24,
    .g723at40, .gsm610, .dwvw12, .dwvw16, .dwvw24, .dpcm8, .dpcm16,
  ]

  /// The name that the tools print and accept: `s24le`, `vorbis`, `ima_adpcm`.
  public var name: String {
    switch self {
    case .pcm(let encoding): encoding.name
    case .vorbis: "vorbis"
    case .opus: "opus"
    case .mpegLayer1: "mp1"
    case .mpegLayer2: "mp2"
    case .mpegLayer3: "mp3"
    case .alac16: "alac_16"
    case .alac20: "alac_20"
    case .alac24: "alac_24"
    case .alac32: "alac_32"
    case .imaADPCM: "ima_adpcm"
    case .msADPCM: "ms_adpcm"
    case .voxADPCM: "vox_adpcm"
    case .nmsADPCM16: "nms_adpcm_16"
    case .nmsADPCM24: "nms_adpcm_24"
    case .nmsADPCM32: "nms_adpcm_32"
    case .g721: "g721_32"
    case .g723at24: "g723_24"
    case .g723at40: "g723_40"
    case .gsm610: "gsm610"
    case .dwvw12: "dwvw_12"
    case .dwvw16: "dwvw_16"
    case .dwvw24: "dwvw_24"
    case .dpcm8: "dpcm_8"
    case .dpcm16: "dpcm_16"
    }
  }

  /// Parses the name of a codec, or any name of a sample encoding.
  ///
  /// Throws `unsupported` if nothing has that name.
  public init(parsing text: String) throws(AudioFileError) {
    let key = text.lowercased()
    if let codec = Self.coded.first(where: { $0.name == key }) {
      self = codec
      return
    }
    do {
      self = .pcm(try SampleEncoding(parsing: text))
    } catch {
      throw .unsupported(error.description)
    }
  }

  /// The encoding that a reader delivers and a writer takes for this codec.
  ///
  /// It is exact if the codec is. It is f32 for codecs whose decoders have more range than
  /// integers, and 16 bits for the old speech codecs, whose decoders work in 16 bits.
  public var deliveredEncoding: SampleEncoding {
    switch self {
    case .pcm(let encoding): encoding
    case .vorbis, .opus, .mpegLayer1, .mpegLayer2, .mpegLayer3: SampleEncoding(.float32)
    case .alac20, .alac24, .dwvw24: SampleEncoding(.int24)
    case .alac32: SampleEncoding(.int32)
    case .dpcm8: .s8
    default: SampleEncoding(.int16)
    }
  }

  /// Whether decoding returns exactly the samples that were written.
  public var isLossless: Bool {
    switch self {
    case .pcm, .alac16, .alac20, .alac24, .alac32, .dwvw12, .dwvw16, .dwvw24, .dpcm8, .dpcm16: true
    default: false
    }
  }
}

extension AudioCodec: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}
