public import ArgumentParser
internal import PCM
public import SoundTool

/// `--trigger`, `--before`, `--hold` and `--until-silence`.
public struct TriggerOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Record only sound of at least this level: -40.", valueName: "db"),
    transform: Words.level)
  var trigger: Gain?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "With --trigger: begin this long before it (default: 1).", valueName: "time"),
    transform: Words.time)
  var before: FrameTime?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("With --trigger: go on this long after it (default: 2).", valueName: "time"),
    transform: Words.time)
  var hold: FrameTime?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("End when it was quiet this long after sound.", valueName: "time"),
    transform: Words.time)
  var untilSilence: FrameTime?

  /// Creates options without values.
  public init() {}

  /// Resolves the options.
  ///
  /// - Throws: A usage error if an option lacks the one it belongs to.
  public func plan() throws(ToolError) -> TriggerPlan {
    var plan = TriggerPlan()
    if trigger == nil, before != nil || hold != nil {
      throw .usage(before != nil ? "--before" : "--hold", "needs --trigger")
    }
    if let untilSilence, untilSilence.seconds(at: 1) == 0 {
      throw .usage("--until-silence", "not a length of time")
    }
    plan.level = trigger
    plan.before = before ?? plan.before
    plan.hold = hold ?? plan.hold
    plan.untilSilence = untilSilence
    return plan
  }
}

extension Words {
  /// A level in decibels relative to full scale, at most 0: `-40`.
  static func level(_ text: String) throws(InvalidValue) -> Gain {
    let level = try gain(text)
    guard level.factor <= 1 else {
      throw InvalidValue("above full scale, did you mean -\(text)?")
    }
    return level
  }
}
