public import ArgumentParser
internal import PCM
internal import SoundDevice
public import SoundTool

/// `-b`, `--stall`, `--wait` and `--xrun`: what all streams share.
public struct StreamingOptions: ParsableArguments {
  @Option(
    name: [.customShort("b", allowingJoined: true), .customLong("blocksize")],
    parsing: .unconditional,
    help: ArgumentHelp("Frames per callback (default: 0, the host's choice).", valueName: "n"),
    transform: Words.blockSize)
  var blockSize: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Callbacks missing so long: device lost (default: 2).", valueName: "time"),
    transform: Words.time)
  var stall: FrameTime = .seconds(2)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Retry a busy or absent device so long (default: 0).", valueName: "time"),
    transform: Words.time)
  var wait: FrameTime = .seconds(0)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "On lost frames: ignore, warn (default), fail, abort.", valueName: "policy"),
    transform: Words.xrun)
  var xrun: XrunPolicy?

  /// No options given.
  public init() {}

  /// Finds what is wrong with the environment's word on these.
  public func check() throws(ToolError) {
    _ = try xrunPolicy()
    _ = try blockSizeOrEnvironment()
  }

  /// What lost frames mean: the option, `SD_XRUN`, then a warning.
  public func xrunPolicy() throws(ToolError) -> XrunPolicy {
    if let xrun { return xrun }
    return try Environment.xrun() ?? .warn
  }

  /// How long to retry, in seconds.
  public var waitSeconds: Double { wait.seconds(at: Self.nominalRate) }

  func blockSizeOrEnvironment() throws(ToolError) -> Int? {
    if let blockSize { return blockSize }
    return try Environment.blockSize()
  }

  /// After how long without an answer a host is given up, in seconds.
  public var stallSeconds: Double { stall.seconds(at: Self.nominalRate) }

  /// The rate at which frames count where no device is known yet.
  static let nominalRate = 48_000.0
}

/// `-B`: the ring between device and pipe.
public struct BufferOptions: ParsableArguments {
  @Option(
    name: [.customShort("B", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("What the ring may hold (default: 1; sd-rec 10).", valueName: "time"),
    transform: Words.time)
  var buffer: FrameTime?

  /// No options given.
  public init() {}

  /// Finds what is wrong with the environment's word on this.
  public func check() throws(ToolError) { _ = try bufferOrEnvironment() }

  func bufferOrEnvironment() throws(ToolError) -> FrameTime? {
    if let buffer { return buffer }
    return try Environment.buffer()
  }
}

/// `-L`, for one direction.
public struct LatencyOptions: ParsableArguments {
  @Option(
    name: [.customShort("L", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Suggested latency: low, high, 20ms (default: high).", valueName: "latency"),
    transform: Words.latency)
  var latency: SoundTool.Latency?

  /// No options given.
  public init() {}

  /// Finds what is wrong with the environment's word on this.
  public func check() throws(ToolError) { _ = try latency(.input) }

  /// The latency for one direction: the option, `SD_LATENCY`, then high.
  func latency(_ direction: StreamDirection) throws(ToolError) -> SoundTool.Latency {
    if let latency { return latency }
    guard let pair = try Environment.latencies() else { return .high }
    return direction == .input ? pair.input : pair.output
  }
}

/// `-L`, for both directions at once.
public struct DuplexLatencyOptions: ParsableArguments {
  @Option(
    name: [.customShort("L", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Latency: low, high, 20ms, or IN,OUT (default: high).", valueName: "latency"),
    transform: Words.latencies)
  var latency: DuplexPair<SoundTool.Latency>?

  /// No options given.
  public init() {}

  /// Finds what is wrong with the environment's word on this.
  public func check() throws(ToolError) { _ = try latencies() }

  func latencies() throws(ToolError) -> DuplexPair<SoundTool.Latency> {
    if let latency { return latency }
    return try Environment.latencies() ?? DuplexPair(input: .high, output: .high)
  }
}

extension SoundTool.Latency {
  /// As the library takes it; frames count at `rate`.
  func library(at rate: Double) -> SoundDevice.Latency {
    switch self {
    case .low: .low
    case .high: .high
    case .time(let time): .seconds(time.seconds(at: rate))
    }
  }
}
