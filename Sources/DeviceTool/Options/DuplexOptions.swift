public import ArgumentParser
public import PCM
public import SoundTool

/// `-r`, `-c`, `-f` and `-t` of a program that plays and records.
public struct DuplexFormatOptions: ParsableArguments {
  @Option(
    name: [.customShort("r", allowingJoined: true), .customLong("rate")], parsing: .unconditional,
    help: ArgumentHelp("Sample rate: 44100, 44.1k (default: the source's).", valueName: "hz"),
    transform: Words.rate)
  var statedRate: Double?

  @Option(
    name: [.customShort("c", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Channels, or IN,OUT (default: the device's, max 2).", valueName: "n"),
    transform: Words.channelCounts)
  var channels: DuplexPair<Int>?

  @Option(
    name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample format of raw input (default: f32le).", valueName: "fmt"),
    transform: Words.format)
  var format: RawFormat?

  /// `-t`, of both files.
  @Option(
    name: [.customShort("t", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Type of both files: raw, wav, ... (default: auto).", valueName: "type"),
    transform: Words.type)
  public var type: TypeChoice = .auto

  /// No options given.
  public init() {}

  /// `-r`, or the rate of `-f cd` and `-f dat`, in hertz.
  public var rate: Double? { rawFormat.rate }

  /// What the options say of raw input.
  public var rawFormat: RawFormat {
    let alone = RawFormat(rate: statedRate, channelCount: channels?.output)
    return alone.completed(by: format ?? RawFormat())
  }

  /// What the options and then the environment say of raw input.
  public func rawFormatOrEnvironment() throws(ToolError) -> RawFormat {
    try rawFormat.completedByEnvironment()
  }

  /// Channels to record: option, then environment, then for raw data 2; nil for the device's, at
  /// most 2.
  public func inputChannelCount(isRaw: Bool) throws(ToolError) -> Int? {
    if let channels { return channels.input }
    return try Environment.channelCount() ?? (isRaw ? RawFormat.standard.channelCount : nil)
  }
}

/// `-r`, `-c` and `-f` of a program that only passes sound on.
public struct WireFormatOptions: ParsableArguments {
  @Option(
    name: [.customShort("r", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample rate: 44100, 44.1k (default: the source's).", valueName: "hz"),
    transform: Words.rate)
  var rate: Double?

  @Option(
    name: [.customShort("c", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Channels, or IN,OUT (default: the device's, max 2).", valueName: "n"),
    transform: Words.channelCounts)
  var channels: DuplexPair<Int>?

  @Option(
    name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample format to open with (default: f32le).", valueName: "fmt"),
    transform: Words.encoding)
  var format: SampleEncoding?

  /// No options given.
  public init() {}

  /// The rate: option, then environment; nil for the device's.
  public func rateOrEnvironment() throws(ToolError) -> Double? {
    if let rate { return rate }
    return try Environment.rate()
  }

  /// Channels in each direction: option, then environment; nil for the device's, at most 2.
  public func channelCounts() throws(ToolError) -> (input: Int?, output: Int?) {
    if let channels { return (channels.input, channels.output) }
    let count = try Environment.channelCount()
    return (count, count)
  }

  /// The sample format: option, then environment, then f32le.
  public func encodingOrEnvironment() throws(ToolError) -> SampleEncoding {
    if let format { return format }
    return try RawFormat().completedByEnvironment().resolved.encoding
  }
}

/// `--input-map` and `--output-map`.
public struct DuplexMapOptions: ParsableArguments {
  /// `--input-map`: device channels to record, in order.
  @Option(
    name: .customLong("input-map"), parsing: .unconditional,
    help: ArgumentHelp("Device channels to record, in order: 2,1 or 1-4.", valueName: "list"),
    transform: Words.map)
  public var input: ChannelMap?

  /// `--output-map`: the device channel for each data channel.
  @Option(
    name: .customLong("output-map"), parsing: .unconditional,
    help: ArgumentHelp("Device channel for each data channel: 3,4.", valueName: "list"),
    transform: Words.map)
  public var output: ChannelMap?

  /// No options given.
  public init() {}

  /// Throws a usage error if a channel is named twice.
  public func check() throws(ToolError) {
    for (name, map) in [("--input-map", input), ("--output-map", output)] {
      do throws(ChannelMapError) { try map?.validateDistinct() } catch {
        throw .usage("\(name) \(map?.description ?? "")", error.description)
      }
    }
  }
}

/// `-g` alone.
public struct GainOptions: ParsableArguments {
  /// `-g`: unity when not given.
  @Option(
    name: [.customShort("g", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Gain in decibels (default: 0).", valueName: "db"),
    transform: Words.gain)
  public var gain: Gain = .unity

  /// No options given.
  public init() {}
}

extension Words {
  /// A round trip: `auto` or a number of frames.
  public static func compensation(_ text: String) throws(InvalidValue)
    -> DuplexRecorder.Compensation
  {
    if text.lowercased() == "auto" { return .automatic }
    do { return .frames(try frameCount(text)) } catch {
      throw InvalidValue("neither auto nor a number of frames")
    }
  }
}
