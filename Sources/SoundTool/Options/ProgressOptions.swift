public import ArgumentParser

/// `--meter`, `--progress`, `--no-progress`: the progress line on a terminal.
public struct ProgressOptions: ParsableArguments {
  @Flag(name: .customLong("meter"), help: "Show position and levels, even in a pipeline.")
  var meter = false

  @Flag(name: .customLong("progress"), help: "The same as --meter.")
  var progress = false

  @Flag(name: .customLong("no-progress"), help: "Never show position and levels.")
  var noProgress = false

  /// Creates options without values.
  public init() {}

  /// Throws a usage error if both the progress line and silence are requested.
  public func check() throws(ToolError) {
    guard meter || progress, Messages.verbosity == .quiet else { return }
    throw .usage("-q and \(meter ? "--meter" : "--progress")", "give one of them, not both")
  }

  /// Whether to show the progress line: if stderr is a terminal and the program was given a file,
  /// or if requested; never with `-q`.
  public func showsLine(hasFile: Bool) -> Bool {
    if noProgress || Messages.verbosity == .quiet { return false }
    return meter || progress || (hasFile && System.isTerminal(StandardStreams.errors))
  }
}
