public import ArgumentParser
internal import PCM
public import SoundTool

/// `-b`, `--stall`, `--wait` and `--xrun`: options shared by all streams.
public struct StreamingOptions: ParsableArguments {
  @Option(
    name: [.customShort("b", allowingJoined: true), .customLong("blocksize")],
    parsing: .unconditional,
    help: ArgumentHelp("Frames per callback (default: 0, the host's choice).", valueName: "n"),
    transform: Words.blockSize)
  var blockSize: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Device lost after this long without a call (default: 2).", valueName: "time"),
    transform: Words.time)
  var stall: FrameTime = .seconds(2)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Retry a busy or absent device this long, or inf (default: 0).", valueName: "time"),
    transform: Words.wait)
  var wait: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "On lost frames: ignore, warn (default), fail, abort.", valueName: "policy"),
    transform: Words.xrun)
  var xrun: XrunPolicy?

  /// Creates options without values.
  public init() {}

  /// Options, then the environment: `SD_BLOCKSIZE`, `SD_XRUN`, `SD_BUFFER`.
  ///
  /// - Parameter buffer: nil for a program without a ring.
  public func plan(_ buffer: BufferOptions? = nil) throws(ToolError) -> StreamPlan {
    var plan = StreamPlan()
    plan.blockSize = try resolve(blockSize, Environment.blockSize)
    plan.xrun = try resolve(xrun, Environment.xrun) ?? .warn
    if let buffer { plan.buffer = try resolve(buffer.buffer, Environment.buffer) }
    plan.stallSeconds = stall.seconds(at: Self.nominalRate)
    plan.waitSeconds = wait ?? 0
    return plan
  }

  /// The rate for times in frames while no device is known.
  fileprivate static let nominalRate = 48_000.0
}

extension Words {
  /// A time to wait in seconds; infinity for `inf`.
  static func wait(_ text: String) throws(InvalidValue) -> Double {
    text == "inf" ? .infinity : try time(text).seconds(at: StreamingOptions.nominalRate)
  }
}

/// `-B`: the ring between device and pipe.
public struct BufferOptions: ParsableArguments {
  @Option(
    name: [.customShort("B", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("What the ring may hold (default: 1; sd-rec 10).", valueName: "time"),
    transform: Words.time)
  var buffer: FrameTime?

  /// Creates options without values.
  public init() {}
}

/// `-L`, for one direction.
public struct LatencyOptions: ParsableArguments {
  @Option(
    name: [.customShort("L", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Suggested latency: low, high, 20ms (default: high).", valueName: "latency"),
    transform: Words.latency)
  var latency: Latency?

  /// Creates options without values.
  public init() {}

  /// The input's latency: the option, `SD_LATENCY`, then high.
  public func input() throws(ToolError) -> Latency {
    if let latency { return latency }
    return try Environment.latencies()?.input ?? .high
  }

  /// The output's latency: the option, `SD_LATENCY`, then high.
  public func output() throws(ToolError) -> Latency {
    if let latency { return latency }
    return try Environment.latencies()?.output ?? .high
  }
}

/// `-L`, for both directions at once.
public struct DuplexLatencyOptions: ParsableArguments {
  @Option(
    name: [.customShort("L", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Latency: low, high, 20ms, or IN,OUT (default: high).", valueName: "latency"),
    transform: Words.latencies)
  var latency: DuplexPair<Latency>?

  /// Creates options without values.
  public init() {}

  /// The latencies: the option, `SD_LATENCY`, then high.
  public func latencies() throws(ToolError) -> DuplexPair<Latency> {
    try resolve(latency, Environment.latencies) ?? DuplexPair(input: .high, output: .high)
  }
}

/// The option's value, or else the environment's.
func resolve<Value>(
  _ option: Value?, _ environment: () throws(ToolError) -> Value?
) throws(ToolError) -> Value? {
  if let option { return option }
  return try environment()
}
