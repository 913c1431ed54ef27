public import PCM

/// A raw format, with encoding, rate and channels each stated or not.
///
/// nil values are stated neither by an option nor, once completed, by the environment. ``standard``
/// replaces them. All programs do so, so that two of them with the same `-r` and `-c`, or none,
/// understand each other.
public struct RawFormat: Hashable, Sendable {
  /// The encoding of each sample.
  public var encoding: SampleEncoding?
  /// Frames per second.
  public var rate: Double?
  /// Channels, interleaved.
  public var channelCount: Int?

  /// Creates a format from the stated values.
  public init(encoding: SampleEncoding? = nil, rate: Double? = nil, channelCount: Int? = nil) {
    self.encoding = encoding
    self.rate = rate
    self.channelCount = channelCount
  }

  /// The format of raw data if nothing is stated: f32le, 48000 Hz, 2 channels.
  public static let standard = StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 2)

  /// The stated values, and the standard for the others.
  public var resolved: StreamFormat {
    StreamFormat(
      encoding: encoding ?? Self.standard.encoding, rate: rate ?? Self.standard.rate,
      channelCount: channelCount ?? Self.standard.channelCount)
  }

  /// Fills values not stated here from `other`.
  public func completed(by other: RawFormat) -> RawFormat {
    RawFormat(
      encoding: encoding ?? other.encoding, rate: rate ?? other.rate,
      channelCount: channelCount ?? other.channelCount)
  }

  /// Fills values not stated here from `SD_FORMAT`, `SD_RATE` and `SD_CHANNELS`; ignores variables
  /// that are not needed.
  ///
  /// - Throws: A usage error that names the variable.
  public func completedByEnvironment() throws(ToolError) -> RawFormat {
    var result = self
    if result.rate == nil { result.rate = try Environment.rate() }
    if result.channelCount == nil { result.channelCount = try Environment.channelCount() }
    guard result.encoding == nil, let format = try Environment.format() else { return result }
    return result.completed(by: format)
  }

  /// Whether nothing is stated.
  public var isEmpty: Bool { encoding == nil && rate == nil && channelCount == nil }

  /// The options, besides the encoding, that a reader of raw data in `format` needs because the
  /// values are neither stated here nor the reader's defaults: `44100 Hz; its reader needs -r
  /// 44100`. nil if none.
  ///
  /// - Parameter assumed: The reader's defaults, by the environment and the rule.
  public func surprise(in format: StreamFormat, assumed: StreamFormat) -> String? {
    var words: [String] = []
    var options: [String] = []
    if rate == nil, format.rate != assumed.rate {
      words.append(hertz(format.rate))
      options.append("-r \(plainNumber(format.rate))")
    }
    if channelCount == nil, format.channelCount != assumed.channelCount {
      words.append(channels(format.channelCount))
      options.append("-c \(format.channelCount)")
    }
    guard !words.isEmpty else { return nil }
    return "\(words.joined(separator: ", ")); its reader needs \(options.joined(separator: " "))"
  }
}
