public import ArgumentParser
internal import Platform
public import SoundTool

/// `--at`.
public struct StartTimeOptions: ParsableArguments {
  @Option(
    name: .customLong("at"), parsing: .unconditional,
    help: ArgumentHelp(
      "Begin at a time: 14:00, 2026-12-24T18:00:00, +10 (default: now).", valueName: "when"),
    transform: Words.moment)
  var moment: Moment?

  /// Creates options without values.
  public init() {}

  /// The time to begin, in seconds since 1970-01-01 00:00 UTC; nil to begin at once.
  ///
  /// - Throws: A usage error if it has passed.
  public func startTime() throws(ToolError) -> Double? {
    guard let moment else { return nil }
    let now = Double(wallNanoseconds()) / 1e9
    let time = moment.time(now: now)
    guard time >= now else { throw .usage("--at", "that time has passed") }
    return time
  }
}
