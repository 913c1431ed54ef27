public import ArgumentParser
public import PCM

/// `-r`, `-c`, `-f` and `-t`, for the programs that take one of each.
public struct FormatOptions: ParsableArguments {
  /// `-r`, in hertz.
  @Option(
    name: [.customShort("r", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample rate: 44100, 44.1k (default: the source's).", valueName: "hz"),
    transform: Words.rate)
  public var rate: Double?

  /// `-c`.
  @Option(
    name: [.customShort("c", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Number of channels (default: the source's).", valueName: "n"),
    transform: Words.channelCount)
  public var channels: Int?

  /// `-f`: of raw data, or in a container its encoding.
  @Option(
    name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample format: s16le, ... (default: f32le, file's).", valueName: "fmt"),
    transform: Words.encoding)
  public var format: SampleEncoding?

  /// `-t`: of the file, input or output.
  @Option(
    name: [.customShort("t", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("File type: raw, wav, flac, au, ... (default: auto).", valueName: "type"),
    transform: Words.type)
  public var type: TypeChoice = .auto

  /// No options given.
  public init() {}

  /// What the options say of raw data, without the environment's word.
  public var rawFormat: RawFormat {
    RawFormat(encoding: format, rate: rate, channelCount: channels)
  }

  /// What the options and then the environment say of raw data.
  public func rawFormatOrEnvironment() throws(ToolError) -> RawFormat {
    var result = rawFormat
    if result.encoding == nil { result.encoding = try Environment.encoding() }
    if result.rate == nil { result.rate = try Environment.rate() }
    if result.channelCount == nil { result.channelCount = try Environment.channelCount() }
    return result
  }
}
