public import PCM

/// A type and the codec inside: `wav` of `s24le`, `ogg` of `vorbis`.
///
/// Corresponds to the `format` field of libsndfile's `SF_INFO`.
public struct AudioFileFormat: Hashable, Sendable {
  /// The container.
  public let type: AudioFileType

  /// The coding of its samples.
  public let codec: AudioCodec

  /// Creates a format; use `check` to find out whether it can be written.
  public init(_ type: AudioFileType, codec: AudioCodec) {
    self.type = type
    self.codec = codec
  }

  /// Creates the default format for recording: s24 in types that every program opens (wav, au,
  /// aiff, caf, w64, rf64, flac), the type's own codec in ogg, opus and mp3, otherwise f32 or the
  /// nearest encoding that the type can hold, in its own byte order.
  public init(_ type: AudioFileType) {
    switch type {
    case .ogg: self.init(type, codec: .vorbis)
    case .opus: self.init(type, codec: .opus)
    case .mp3: self.init(type, codec: .mpegLayer3)
    case .xi: self.init(type, codec: .dpcm16)
    case .raw: self.init(type, codec: .pcm(.f32le))
    case .wav, .au, .aiff, .caf, .w64, .rf64, .flac:
      self.init(type, codec: .pcm(Self.nearest(to: .s24le, in: type)))
    default: self.init(type, codec: .pcm(Self.nearest(to: .f32le, in: type)))
    }
  }

  /// Creates the format that keeps a source's coding if the type can hold it: the same codec, or
  /// the same samples in the type's own byte order, or else the nearest.
  ///
  /// - Parameters:
  ///   - type: The container to write.
  ///   - codec: The source's codec.
  public init(_ type: AudioFileType, keeping codec: AudioCodec) {
    let own = AudioFileFormat(type)
    guard case .pcm = own.codec else {
      self = own
      return
    }
    let same = AudioFileFormat(type, codec: codec)
    switch codec {
    case .pcm where type == .raw:
      self = same
    case .pcm(let encoding):
      self.init(type, codec: .pcm(Self.nearest(to: encoding, in: type)))
    default:
      let nearest = Self.nearest(to: codec.deliveredEncoding, in: type)
      self = same.isWritable ? same : AudioFileFormat(type, codec: .pcm(nearest))
    }
  }

  /// Creates the format for an explicit sample encoding: exactly that encoding, or its other byte
  /// order if the type has no choice. A type with a codec of its own gets that codec only if the
  /// encoding is the one it takes.
  public init(_ type: AudioFileType, encoding: SampleEncoding) {
    let asked = AudioFileFormat(type, codec: .pcm(encoding))
    // FLAC has no byte order, so its samples use the machine's.
    if type == .flac, let native = Self.nativeTwin(of: encoding) {
      self.init(type, codec: .pcm(native))
    } else if !asked.isWritable,
      let twin = Self.encodings(of: type).first(where: { $0.isTwin(of: encoding) })
    {
      self.init(type, codec: .pcm(twin))
    } else {
      self = asked
    }
  }

  /// The sample encodings that the type can hold, in no particular order.
  public static func encodings(of type: AudioFileType) -> [SampleEncoding] {
    SampleEncoding.allCases.filter { AudioFileFormat(type, codec: .pcm($0)).isWritable }
  }

  /// The type's and the codec's names: `wav s24le`.
  public var name: String { "\(type.name) \(codec.name)" }

  /// The encoding that a reader delivers and a writer takes.
  public var deliveredEncoding: SampleEncoding { codec.deliveredEncoding }

  /// Whether the type can hold the codec at some rate, in one channel.
  public var isWritable: Bool {
    let usual: Double = codec == .opus ? 48000 : 44100
    return isValid(sampleRate: type.onlyRate ?? usual, channelCount: 1)
  }

  /// Throws `unsupported`, with a remedy, unless this format can be written.
  ///
  /// - Parameters:
  ///   - sampleRate: In Hz; files hold whole numbers.
  ///   - channelCount: The number of channels, 1...1024.
  ///   - isStream: Whether the output is a pipe.
  public func check(
    sampleRate: Double, channelCount: Int, isStream: Bool = false
  ) throws(AudioFileError) {
    if isStream && !type.canBeWrittenToPipe {
      throw .unsupported("\(type.name) cannot be written to a pipe, try au, wav, flac or ogg")
    }
    if isStream, type == .wav, isWritable, !isPlainWAV {
      throw .unsupported(
        "wav in a pipe cannot hold \(codec.name), it holds u8, s16le, s24le, s32le, f32le, f64le,"
          + " ulaw, alaw")
    }
    guard isWritable else {
      let encodings = Self.encodings(of: type).map(\.name)
      let codecs = AudioCodec.coded.filter { AudioFileFormat(type, codec: $0).isWritable }
      let known = (encodings + codecs.map(\.name)).joined(separator: ", ")
      throw .unsupported("\(type.name) cannot hold \(codec.name), it holds \(known)")
    }
    guard sampleRate >= 1, sampleRate <= Self.highestRate, sampleRate == sampleRate.rounded() else {
      throw .unsupported("a rate of \(plain(sampleRate)) Hz, files hold whole numbers up to 10^9")
    }
    if type == .opus, !Self.opusRates.contains(sampleRate) {
      throw .unsupported(
        "opus takes 8, 12, 16, 24 or 48 kHz", remedy: .resample(to: 48_000))
    }
    if let only = type.onlyRate, only != sampleRate {
      throw .unsupported("\(type.name) holds nothing but \(plain(only)) Hz")
    }
    guard isValid(sampleRate: sampleRate, channelCount: channelCount) else {
      let most = (1..<max(1, min(channelCount, Self.mostChannels + 1))).reversed().first {
        isValid(sampleRate: sampleRate, channelCount: $0)
      }
      let remedy = most.map { $0 < channelCount ? ", at most \($0)" : "" } ?? ""
      throw .unsupported(
        "\(name) cannot hold \(channelCount) channels at \(plain(sampleRate)) Hz\(remedy)")
    }
  }

  private var isPlainWAV: Bool {
    guard case .pcm(let encoding) = codec else { return false }
    return encoding.isBigEndian != true
  }

  static let highestRate = 1_000_000_000.0
  static let mostChannels = 1024
  static let opusRates: Set<Double> = [8000, 12000, 16000, 24000, 48000]

  /// The encoding nearest to `wanted` that the type can hold: the same samples in the type's own
  /// byte order, or the narrowest that loses nothing, or the widest integer.
  static func nearest(to wanted: SampleEncoding, in type: AudioFileType) -> SampleEncoding {
    let own = encodings(of: type).filter {
      $0.isBigEndian == nil || $0.isBigEndian == type.isBigEndian
    }
    if let twin = own.first(where: { $0.isTwin(of: wanted) }) { return twin }
    let holding = own.filter { $0.holds(wanted) }
    if let narrowest = holding.min(by: { $0.byteCount < $1.byteCount }) { return narrowest }
    return own.max { $0.significantBits < $1.significantBits } ?? wanted
  }

  private static func nativeTwin(of encoding: SampleEncoding) -> SampleEncoding? {
    SampleEncoding.allCases.first { $0.isTwin(of: encoding) && $0.format != nil }
  }
}

extension AudioFileFormat: CustomStringConvertible {
  /// The same as `name`.
  public var description: String { name }
}

extension SampleEncoding {
  /// Whether the byte order is big-endian, or nil if byte order does not apply.
  var isBigEndian: Bool? {
    if byteCount == 1 { return nil }
    return name.hasSuffix("be")
  }

  /// Whether both have the same samples in any byte order.
  func isTwin(of other: SampleEncoding) -> Bool {
    self == other
      || (byteCount > 1 && byteCount == other.byteCount && isFloat == other.isFloat)
  }
}

func plain(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
}
