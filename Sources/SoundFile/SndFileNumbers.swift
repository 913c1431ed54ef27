import CSndFile
import PCM

/// Converts types, codecs and byte orders to and from libsndfile's numbers. The only place that
/// knows them.
extension AudioFileType {
  var majorFormat: CInt {
    let number =
      switch self {
      case .raw: SF_FORMAT_RAW
      case .wav: SF_FORMAT_WAV
      case .flac: SF_FORMAT_FLAC
      case .au: SF_FORMAT_AU
      case .aiff: SF_FORMAT_AIFF
      case .caf: SF_FORMAT_CAF
      case .w64: SF_FORMAT_W64
      case .rf64: SF_FORMAT_RF64
      case .ogg, .opus: SF_FORMAT_OGG
      case .mp3: SF_FORMAT_MPEG
      case .wavex: SF_FORMAT_WAVEX
      case .avr: SF_FORMAT_AVR
      case .htk: SF_FORMAT_HTK
      case .ircam: SF_FORMAT_IRCAM
      case .mat4: SF_FORMAT_MAT4
      case .mat5: SF_FORMAT_MAT5
      case .mpc2k: SF_FORMAT_MPC2K
      case .nist: SF_FORMAT_NIST
      case .paf: SF_FORMAT_PAF
      case .pvf: SF_FORMAT_PVF
      case .sd2: SF_FORMAT_SD2
      case .sds: SF_FORMAT_SDS
      case .svx: SF_FORMAT_SVX
      case .voc: SF_FORMAT_VOC
      case .wve: SF_FORMAT_WVE
      case .xi: SF_FORMAT_XI
      }
    return CInt(number)
  }

  /// Whether the type's own byte order is big-endian, for codecs that have one.
  var isBigEndian: Bool {
    switch self {
    case .au, .aiff, .caf, .avr, .htk, .svx, .paf, .pvf, .sd2, .sds, .xi: true
    default: false
    }
  }

  init?(majorFormat: CInt, codec: AudioCodec) {
    if majorFormat == AudioFileType.ogg.majorFormat {
      self = codec == .opus ? .opus : .ogg
      return
    }
    guard let type = Self.allCases.first(where: { $0.majorFormat == majorFormat }) else {
      return nil
    }
    self = type
  }
}

extension AudioCodec {
  /// The subtype, and the byte order of linear samples; nil if byte order does not apply.
  var subFormat: CInt {
    let number =
      switch self {
      case .pcm(.u8): SF_FORMAT_PCM_U8
      case .pcm(.s8): SF_FORMAT_PCM_S8
      case .pcm(.s16le), .pcm(.s16be): SF_FORMAT_PCM_16
      case .pcm(.s24le), .pcm(.s24be): SF_FORMAT_PCM_24
      case .pcm(.s32le), .pcm(.s32be): SF_FORMAT_PCM_32
      case .pcm(.f32le), .pcm(.f32be): SF_FORMAT_FLOAT
      case .pcm(.f64le), .pcm(.f64be): SF_FORMAT_DOUBLE
      case .pcm(.ulaw): SF_FORMAT_ULAW
      case .pcm(.alaw): SF_FORMAT_ALAW
      case .vorbis: SF_FORMAT_VORBIS
      case .opus: SF_FORMAT_OPUS
      case .mpegLayer1: SF_FORMAT_MPEG_LAYER_I
      case .mpegLayer2: SF_FORMAT_MPEG_LAYER_II
      case .mpegLayer3: SF_FORMAT_MPEG_LAYER_III
      case .alac16: SF_FORMAT_ALAC_16
      case .alac20: SF_FORMAT_ALAC_20
      case .alac24: SF_FORMAT_ALAC_24
      case .alac32: SF_FORMAT_ALAC_32
      case .imaADPCM: SF_FORMAT_IMA_ADPCM
      case .msADPCM: SF_FORMAT_MS_ADPCM
      case .voxADPCM: SF_FORMAT_VOX_ADPCM
      case .nmsADPCM16: SF_FORMAT_NMS_ADPCM_16
      case .nmsADPCM24: SF_FORMAT_NMS_ADPCM_24
      case .nmsADPCM32: SF_FORMAT_NMS_ADPCM_32
      case .g721: SF_FORMAT_G721_32
      case .g723at24: SF_FORMAT_G723_24
      case .g723at40: SF_FORMAT_G723_40
      case .gsm610: SF_FORMAT_GSM610
      case .dwvw12: SF_FORMAT_DWVW_12
      case .dwvw16: SF_FORMAT_DWVW_16
      case .dwvw24: SF_FORMAT_DWVW_24
      case .dpcm8: SF_FORMAT_DPCM_8
      case .dpcm16: SF_FORMAT_DPCM_16
      }
    return CInt(number)
  }

  /// Creates a codec from a subtype; linear samples have the given byte order.
  init?(subFormat: CInt, isBigEndian: Bool) {
    let codec = Self.allCases.first { codec in
      guard codec.subFormat == subFormat else { return false }
      guard case .pcm(let encoding) = codec else { return true }
      return encoding.isBigEndian == nil || encoding.isBigEndian == isBigEndian
    }
    guard let codec else { return nil }
    self = codec
  }
}

extension AudioFileFormat {
  /// Whether the type packs its linear samples, so that reading and writing go through integers,
  /// not through the file's bytes.
  var isPacked: Bool {
    switch (type, codec) {
    case (.flac, _), (.sds, _), (.paf, .pcm(.s24le)), (.paf, .pcm(.s24be)): true
    case (_, .pcm): false
    default: true
    }
  }

  /// libsndfile's `format` field, or nil if the type lacks this byte order.
  var sndFileFormat: CInt? {
    let format = type.majorFormat | codec.subFormat
    guard case .pcm(let encoding) = codec, let isBigEndian = encoding.isBigEndian else {
      return format
    }
    // Packed samples are delivered in the machine's order; there is no order to request.
    if isPacked { return encoding.format == nil ? nil : format }
    // libsndfile accepts this order, but writes the other.
    if type == .pvf && !isBigEndian { return nil }
    if isBigEndian == type.isBigEndian && type.hasFixedByteOrder { return format }
    return format | CInt(isBigEndian ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE)
  }

  /// Formats that `sf_format_check` accepts, but no encoder writes.
  private var isBeyondEncoders: Bool {
    switch (type, codec) {
    case (_, .mpegLayer1), (_, .mpegLayer2), (.wav, .mpegLayer3), (.aiff, .dwvw12): true
    default: false
    }
  }

  /// Corresponds to `sf_format_check`.
  func isValid(sampleRate: Double, channelCount: Int) -> Bool {
    guard let format = sndFileFormat, (1...Self.mostChannels).contains(channelCount),
      sampleRate <= Self.highestRate, sampleRate >= 1
    else { return false }
    if let only = type.onlyRate, sampleRate != only { return false }
    if isBeyondEncoders { return false }
    if (type == .opus) != (codec == .opus) { return false }
    var info = SF_INFO()
    info.format = format
    info.samplerate = CInt(sampleRate)
    info.channels = CInt(channelCount)
    return unsafe sf_format_check(&info) != 0
  }
}

extension AudioFileType {
  /// The only rate of types whose header has no place for one.
  var onlyRate: Double? {
    switch self {
    case .xi: 44100
    case .wve: 8000
    default: nil
    }
  }

  /// Whether the type has only one byte order, which libsndfile must not be given.
  var hasFixedByteOrder: Bool {
    switch self {
    case .aiff, .wav, .wavex, .rf64, .w64, .caf, .au, .avr, .htk, .svx, .pvf, .sd2, .voc, .mpc2k,
      .xi:
      true
    default: false
    }
  }
}

extension AudioFileTags.Key {
  var sndFileNumber: CInt {
    let number =
      switch self {
      case .title: SF_STR_TITLE
      case .copyright: SF_STR_COPYRIGHT
      case .software: SF_STR_SOFTWARE
      case .artist: SF_STR_ARTIST
      case .comment: SF_STR_COMMENT
      case .date: SF_STR_DATE
      case .album: SF_STR_ALBUM
      case .license: SF_STR_LICENSE
      case .trackNumber: SF_STR_TRACKNUMBER
      case .genre: SF_STR_GENRE
      }
    return CInt(number)
  }
}

extension ChannelPosition {
  /// Corresponds to `SF_CHANNEL_MAP_*`.
  var sndFileNumber: CInt {
    let number =
      switch self {
      case .frontLeft: SF_CHANNEL_MAP_LEFT
      case .frontRight: SF_CHANNEL_MAP_RIGHT
      case .frontCenter: SF_CHANNEL_MAP_CENTER
      case .lowFrequency: SF_CHANNEL_MAP_LFE
      case .backLeft: SF_CHANNEL_MAP_REAR_LEFT
      case .backRight: SF_CHANNEL_MAP_REAR_RIGHT
      case .frontLeftOfCenter: SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER
      case .frontRightOfCenter: SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER
      case .backCenter: SF_CHANNEL_MAP_REAR_CENTER
      case .sideLeft: SF_CHANNEL_MAP_SIDE_LEFT
      case .sideRight: SF_CHANNEL_MAP_SIDE_RIGHT
      case .topCenter: SF_CHANNEL_MAP_TOP_CENTER
      case .topFrontLeft: SF_CHANNEL_MAP_TOP_FRONT_LEFT
      case .topFrontCenter: SF_CHANNEL_MAP_TOP_FRONT_CENTER
      case .topFrontRight: SF_CHANNEL_MAP_TOP_FRONT_RIGHT
      case .topBackLeft: SF_CHANNEL_MAP_TOP_REAR_LEFT
      case .topBackCenter: SF_CHANNEL_MAP_TOP_REAR_CENTER
      case .topBackRight: SF_CHANNEL_MAP_TOP_REAR_RIGHT
      }
    return CInt(number)
  }
}

extension ChannelLayout {
  /// Reads libsndfile's channel map; nil if there is none, or it is not in WAV's order.
  ///
  /// Corresponds to `SFC_GET_CHANNEL_MAP_INFO`.
  init?(_ handle: OpaquePointer, channelCount: Int) {
    var numbers = [CInt](repeating: 0, count: channelCount)
    let byteCount = CInt(channelCount * MemoryLayout<CInt>.size)
    guard
      unsafe sf_command(handle, CInt(SFC_GET_CHANNEL_MAP_INFO), &numbers, byteCount)
        == CInt(SF_TRUE)
    else { return nil }
    let positions = numbers.compactMap { number in
      ChannelPosition.allCases.first { $0.sndFileNumber == number }
    }
    guard positions.count == channelCount, let layout = ChannelLayout(positions),
      layout.positions == positions
    else { return nil }
    self = layout
  }
}
