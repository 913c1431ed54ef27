public import PCM

/// The raw format: what raw data is, each of encoding, rate and channels decided alone.
///
/// What is nil was not stated: neither by an option nor, once completed, by the environment. The
/// rest is ``standard``. Every program reads and writes raw data so, which is why two of them that
/// are given the same `-r` and `-c`, none included, understand each other.
public struct RawFormat: Hashable, Sendable {
  /// How each sample is written.
  public var encoding: SampleEncoding?
  /// Frames per second.
  public var rate: Double?
  /// Channels, interleaved.
  public var channelCount: Int?

  /// A description, of as much as is stated.
  public init(encoding: SampleEncoding? = nil, rate: Double? = nil, channelCount: Int? = nil) {
    self.encoding = encoding
    self.rate = rate
    self.channelCount = channelCount
  }

  /// What raw data is where nobody states it: f32le, 48000 Hz, 2 channels.
  public static let standard = StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 2)

  /// What was stated, and the standard for the rest.
  public var resolved: StreamFormat {
    StreamFormat(
      encoding: encoding ?? Self.standard.encoding, rate: rate ?? Self.standard.rate,
      channelCount: channelCount ?? Self.standard.channelCount)
  }

  /// Takes from `other` what is not stated here.
  public func completed(by other: RawFormat) -> RawFormat {
    RawFormat(
      encoding: encoding ?? other.encoding, rate: rate ?? other.rate,
      channelCount: channelCount ?? other.channelCount)
  }

  /// Takes from `SD_FORMAT`, `SD_RATE` and `SD_CHANNELS` what is not stated here, and looks at no
  /// variable that is not needed.
  ///
  /// - Throws: a usage error that names the variable.
  public func completedByEnvironment() throws(ToolError) -> RawFormat {
    var result = self
    if result.rate == nil { result.rate = try Environment.rate() }
    if result.channelCount == nil { result.channelCount = try Environment.channelCount() }
    guard result.encoding == nil, let format = try Environment.format() else { return result }
    return result.completed(by: format)
  }

  /// Whether nothing is stated.
  public var isEmpty: Bool { encoding == nil && rate == nil && channelCount == nil }

  /// What a reader of raw data in `format` must be told besides the encoding, because it is neither
  /// stated here nor what the reader takes it for: `44100 Hz; its reader needs -r 44100`. Nil where
  /// there is nothing.
  public func surprise(in format: StreamFormat) throws(ToolError) -> String? {
    let assumed = try RawFormat().completedByEnvironment().resolved
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
