public import ArgumentParser
public import PCM

/// `-m`: the channels and their order.
public struct MapOptions: ParsableArguments {
  /// `-m`: the channels, from 1.
  @Option(
    name: [.customShort("m", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Channels from 1, in order: 2,1 or 1-4.", valueName: "list"),
    transform: Words.map)
  public var map: ChannelMap?

  /// Creates options without values.
  public init() {}

  /// Throws a usage error if a channel is repeated; for programs with a device.
  public func refuseRepeats() throws(ToolError) {
    do { try map?.validateDistinct() } catch {
      throw .usage("-m \(map?.description ?? "")", error.description)
    }
  }
}

/// `-g` and `--no-dither`: processing of sample values.
public struct LevelOptions: ParsableArguments {
  /// `-g`: unity by default.
  @Option(
    name: [.customShort("g", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Gain in decibels (default: 0).", valueName: "db"),
    transform: Words.gain)
  public var gain: Gain = .unity

  @Flag(name: .customLong("no-dither"), help: "Add no dither where bits are lost.")
  var noDither = false

  /// Creates options without values.
  public init() {}

  /// Whether to add TPDF dither when bits are lost.
  public var dither: Bool { !noDither }
}

/// `--no-resample`: fails rather than change the rate.
public struct ResampleOptions: ParsableArguments {
  /// `--no-resample`.
  @Flag(name: .customLong("no-resample"), help: "Fail where the device cannot do the rate.")
  public var noResample = false

  /// Creates options without values.
  public init() {}
}

/// `--no-clobber`: an existing output file is an error.
public struct ClobberOptions: ParsableArguments {
  /// `--no-clobber`.
  @Flag(name: .customLong("no-clobber"), help: "Fail where the output file exists.")
  public var noClobber = false

  /// Creates options without values.
  public init() {}
}
