public import ArgumentParser
public import PCM
public import SoundTool

/// `-r` and `-c` of a program with both directions.
public struct DuplexShapeOptions: ParsableArguments {
  @Option(
    name: [.customShort("r", allowingJoined: true), .customLong("rate")], parsing: .unconditional,
    help: ArgumentHelp("Sample rate: 44100, 44.1k (default: the source's).", valueName: "hz"),
    transform: Words.rate)
  var rate: Double?

  @Option(
    name: [.customShort("c", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Channels, or IN,OUT (default: the device's, max 2).", valueName: "n"),
    transform: Words.channelCounts)
  var channels: DuplexPair<Int>?

  /// Creates options without values.
  public init() {}
}

/// `-r`, `-c`, `-f` and `-t` of a program that plays and records.
public struct DuplexFormatOptions: ParsableArguments {
  @OptionGroup var shape: DuplexShapeOptions

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

  /// Creates options without values.
  public init() {}

  /// `-r`, or the rate of `-f cd` and `-f dat`, in hertz.
  public var rate: Double? { rawFormat.rate }

  /// The format of raw input according to the options.
  private var rawFormat: RawFormat {
    let alone = RawFormat(rate: shape.rate, channelCount: shape.channels?.output)
    return alone.completed(by: format ?? RawFormat())
  }

  /// The options for reading the input: options, then the environment.
  public func reading() throws(ToolError) -> AudioSource.Options {
    var reading = AudioSource.Options()
    reading.type = type
    reading.claimed = rawFormat
    reading.raw = try rawFormat.completedByEnvironment()
    return reading
  }

  /// Channels to record: option, then environment, then 2 for raw data; nil for the device's, at
  /// most 2.
  public func inputChannelCount(isRaw: Bool) throws(ToolError) -> Int? {
    try resolve(shape.channels?.input, Environment.channelCount)
      ?? (isRaw ? RawFormat.standard.channelCount : nil)
  }
}

/// `-r`, `-c` and `-f` of a program that only passes sound through.
public struct WireFormatOptions: ParsableArguments {
  @OptionGroup var shape: DuplexShapeOptions

  @Option(
    name: [.customShort("f", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Sample format to open with (default: f32le).", valueName: "fmt"),
    transform: Words.encoding)
  var format: SampleEncoding?

  /// Creates options without values.
  public init() {}

  /// Applies the options, then the environment, to a plan.
  public func apply(to plan: inout WirePlan) throws(ToolError) {
    plan.duplex.rate = try resolve(shape.rate, Environment.rate)
    let counts = try resolve(shape.channels) { () throws(ToolError) in
      try Environment.channelCount().map { DuplexPair(input: $0, output: $0) }
    }
    plan.duplex.channelCounts = DuplexPair(input: counts?.input, output: counts?.output)
    plan.encoding = try RawFormat(encoding: format).completedByEnvironment().resolved.encoding
  }
}

/// `--input-map` and `--output-map`.
public struct DuplexMapOptions: ParsableArguments {
  @Option(
    name: .customLong("input-map"), parsing: .unconditional,
    help: ArgumentHelp("Device channels to record, in order: 2,1 or 1-4.", valueName: "list"),
    transform: Words.map)
  var input: ChannelMap?

  @Option(
    name: .customLong("output-map"), parsing: .unconditional,
    help: ArgumentHelp("Device channel for each data channel: 3,4.", valueName: "list"),
    transform: Words.map)
  var output: ChannelMap?

  /// Creates options without values.
  public init() {}

  /// Both maps.
  ///
  /// - Throws: A usage error if a channel is repeated.
  public func maps() throws(ToolError) -> DuplexPair<ChannelMap?> {
    for (name, map) in [("--input-map", input), ("--output-map", output)] {
      do throws(ChannelMapError) { try map?.validateDistinct() } catch {
        throw .usage("\(name) \(map?.description ?? "")", error.description)
      }
    }
    return DuplexPair(input: input, output: output)
  }
}

/// `-g` alone.
public struct GainOptions: ParsableArguments {
  /// `-g`: unity by default.
  @Option(
    name: [.customShort("g", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Gain in decibels (default: 0).", valueName: "db"),
    transform: Words.gain)
  public var gain: Gain = .unity

  /// Creates options without values.
  public init() {}
}

extension Words {
  /// A round trip: `auto`, `measure` or a number of frames.
  public static func compensation(_ text: String) throws(InvalidValue)
    -> PlayRecordPlan.Compensation
  {
    if text.lowercased() == "auto" { return .automatic }
    if text.lowercased() == "measure" { return .measured }
    do { return .frames(try frameCount(text)) } catch {
      throw InvalidValue("neither auto, measure nor a number of frames")
    }
  }
}
