public import ArgumentParser
public import PCM

/// `-r`, `-c`, `-f` and `-t`, for programs that take one of each.
public struct FormatOptions: ParsableArguments {
  @Option(
    name: [.customShort("r", allowingJoined: true), .customLong("rate")], parsing: .unconditional,
    help: ArgumentHelp("Sample rate: 44100, 44.1k (default: the source's).", valueName: "hz"),
    transform: Words.rate)
  var statedRate: Double?

  @Option(
    name: [.customShort("c", allowingJoined: true), .customLong("channels")],
    parsing: .unconditional,
    help: ArgumentHelp("Number of channels (default: the source's).", valueName: "n"),
    transform: Words.channelCount)
  var statedChannels: Int?

  @Option(
    name: [.customShort("f", allowingJoined: true), .customLong("format")],
    parsing: .unconditional,
    help: ArgumentHelp("Sample format: s16le, ... (default: f32le, file's).", valueName: "fmt"),
    transform: Words.format)
  var statedFormat: RawFormat?

  /// `-t`: the type of the input or output file.
  @Option(
    name: [.customShort("t", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("File type: raw, wav, flac, au, ... (default: auto).", valueName: "type"),
    transform: Words.type)
  public var type: TypeChoice = .auto

  /// Creates options without values.
  public init() {}

  /// `-r`, or the rate of `-f cd` and `-f dat`, in hertz.
  public var rate: Double? { rawFormat.rate }

  /// `-c`, or the channels of `-f cd` and `-f dat`.
  public var channels: Int? { rawFormat.channelCount }

  /// `-f`: the encoding of raw data, or in a container.
  public var format: SampleEncoding? { rawFormat.encoding }

  /// The format of raw data according to the options, without the environment.
  public var rawFormat: RawFormat {
    let alone = RawFormat(rate: statedRate, channelCount: statedChannels)
    return alone.completed(by: statedFormat ?? RawFormat())
  }

  /// The format of raw data according to the options, then the environment.
  public func rawFormatOrEnvironment() throws(ToolError) -> RawFormat {
    try rawFormat.completedByEnvironment()
  }
}
