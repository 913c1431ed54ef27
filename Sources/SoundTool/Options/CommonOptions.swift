public import ArgumentParser

/// The options of every program.
public struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say what was opened and why; -vv lets the libraries talk.")
  var verbose: Int

  @Flag(name: [.customShort("V"), .long], help: "Print the version and exit.")
  var version = false

  /// Creates options without values.
  public init() {}

  /// The amount of messages: `-q` beats `-v`.
  public var verbosity: Messages.Verbosity {
    if quiet { return .quiet }
    return verbose == 0 ? .normal : verbose == 1 ? .verbose : .chatty
  }
}
