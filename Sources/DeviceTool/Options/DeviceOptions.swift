public import ArgumentParser
public import SoundTool

/// `-D`, or `-o`, for a program that plays.
public struct OutputDeviceOptions: ParsableArguments {
  @Option(
    name: [
      .customShort("D", allowingJoined: true), .long,
      .customShort("o", allowingJoined: true), .customLong("output-device"),
    ], parsing: .unconditional,
    help: ArgumentHelp("Device by index or words (default: PortAudio's).", valueName: "dev"))
  var device: String?

  /// Creates options without values.
  public init() {}

  /// The query for the device: option, then environment; nil for PortAudio's default.
  public var query: String? { device ?? Environment.outputDevice ?? Environment.device }
}

/// `-D`, or `-i`, for a program that records.
public struct InputDeviceOptions: ParsableArguments {
  @Option(
    name: [
      .customShort("D", allowingJoined: true), .long,
      .customShort("i", allowingJoined: true), .customLong("input-device"),
    ], parsing: .unconditional,
    help: ArgumentHelp("Device by index or words (default: PortAudio's).", valueName: "dev"))
  var device: String?

  /// Creates options without values.
  public init() {}

  /// The query for the device: option, then environment; nil for PortAudio's default.
  public var query: String? { device ?? Environment.inputDevice ?? Environment.device }
}

/// `-D`, `-i` and `-o`, for a program that does both.
public struct DuplexDeviceOptions: ParsableArguments {
  @Option(
    name: [.customShort("D", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Device for both directions, by index or words.", valueName: "dev"))
  var device: String?

  @Option(
    name: [.customShort("i", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Device to record from (default: -D, then PortAudio's).", valueName: "dev"))
  var inputDevice: String?

  @Option(
    name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Device to play on (default: -D, then PortAudio's).", valueName: "dev"))
  var outputDevice: String?

  /// Creates options without values.
  public init() {}

  /// The queries for the devices; nil for PortAudio's defaults.
  public var queries: DuplexPair<String?> {
    DuplexPair(
      input: inputDevice ?? device ?? Environment.inputDevice ?? Environment.device,
      output: outputDevice ?? device ?? Environment.outputDevice ?? Environment.device)
  }
}
