public import ArgumentParser
public import PCM

/// `-d` or `-n`: how much.
public struct LengthOptions: ParsableArguments {
  /// `-d`; ``length`` puts it together with `-n`.
  @Option(
    name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Stop after this long: 5, 1:30, 20ms, 4800f.", valueName: "time"),
    transform: Words.time)
  public var duration: FrameTime?

  /// `-n`; ``length`` puts it together with `-d`.
  @Option(
    name: [.customShort("n", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Stop after this many frames.", valueName: "n"),
    transform: Words.frameCount)
  public var frames: Int?

  /// No options given.
  public init() {}

  /// Refuses both at once.
  public func validate() throws {
    if duration != nil, frames != nil {
      throw InvalidValue("-d and -n: give one of them, not both")
    }
  }

  /// How much, or nil for all there is. Frames count at the output's rate.
  public var length: FrameTime? { frames.map(FrameTime.frames) ?? duration }
}

/// `-S`: skip this much of the input first.
public struct StartOptions: ParsableArguments {
  /// `-S`: seconds or frames of the input.
  @Option(
    name: [.customShort("S", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Skip this much of the input first (default: 0).", valueName: "time"),
    transform: Words.time)
  public var start: FrameTime?

  /// No options given.
  public init() {}
}
