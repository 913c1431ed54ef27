public import ArgumentParser
internal import Platform

/// `--loop` and `--loop=N`: repeat forever, or N times.
public struct LoopOptions: ParsableArguments {
  @Flag(name: .customLong("loop"), help: "Play for ever; --loop=N plays N times.")
  var forEver = false

  // ArgumentParser has no flag with an optional value, so `--loop=N` reaches it as this option.
  static let counted = "--loop-count"

  @Option(name: .customLong("loop-count"), help: .hidden, transform: Words.passes)
  var count: Int?

  /// Creates options without values.
  public init() {}

  /// How many times everything is played; nil means forever.
  public var passes: Int? { count ?? (forEver ? nil : 1) }

  /// Throws if a number is among the files without being one: `--loop 2` for `--loop=2`.
  public func refuseCount(among files: [String]) throws(ToolError) {
    guard passes == nil,
      let word = files.first(where: { Int($0) != nil && FileIdentity(path: $0) == nil })
    else { return }
    throw .failure(word, "\(systemMessage(ENOENT)) (did you mean --loop=\(word)?)")
  }
}

extension Words {
  /// Parses how many times to play, at least once.
  public static func passes(_ text: String) throws(InvalidValue) -> Int {
    guard let count = wholeNumber(text), count >= 1 else {
      throw InvalidValue("not a number of times, at least 1")
    }
    return count
  }
}
