public import ArgumentParser
public import PCM

/// `-d` or `-n`: the length.
public struct LengthOptions: ParsableArguments {
  /// `-d`; ``length`` combines it with `-n`.
  @Option(
    name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Stop after this long: 5, 1:30, 20ms, 4800f.", valueName: "time"),
    transform: Words.time)
  public var duration: FrameTime?

  /// `-n`; ``length`` combines it with `-d`.
  @Option(
    name: [.customShort("n", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Stop after this many frames.", valueName: "n"),
    transform: Words.frameCount)
  public var frames: Int?

  /// Creates options without values.
  public init() {}

  /// Refuses `-d` and `-n` together.
  public func validate() throws {
    if duration != nil, frames != nil {
      throw InvalidValue("-d and -n: give one of them, not both")
    }
  }

  /// The length, or nil for everything. Frames count at the output's rate.
  public var length: FrameTime? { frames.map(FrameTime.frames) ?? duration }
}

/// `-S`: skips the start of the input.
public struct StartOptions: ParsableArguments {
  /// `-S`: seconds or frames of the input.
  @Option(
    name: [.customShort("S", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Skip this much of the input first (default: 0).", valueName: "time"),
    transform: Words.time)
  public var start: FrameTime?

  /// Creates options without values.
  public init() {}
}
