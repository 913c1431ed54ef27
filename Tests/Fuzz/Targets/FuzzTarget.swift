/// Code that takes arbitrary bytes, and must neither crash nor hang.
///
/// `make fuzz` lets libFuzzer choose; the tests replay the corpus.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The grammars of options and of the environment.
  case words
  /// Sniffing and reading a file or a stream.
  case reading
  /// Decoding through the chain that sd-cat and sd-play use.
  case decoding
  /// Writing a file or a stream, and reading it back.
  case writing

  /// Tries one input.
  public func attempt(_ bytes: [UInt8]) {
    var bytes = FuzzBytes(bytes)
    switch self {
    case .words: FuzzWords.attempt(&bytes)
    case .reading: FuzzSound.read(&bytes)
    case .decoding: FuzzSound.decode(&bytes)
    case .writing: FuzzSound.write(&bytes)
    }
  }
}

/// Bytes, of which the first few decide what is done with the others.
struct FuzzBytes {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func byte() -> Int { Int(rest.popFirst() ?? 0) }

  mutating func pick<Values: RandomAccessCollection>(_ values: Values) -> Values.Element {
    values[values.index(values.startIndex, offsetBy: byte() % values.count)]
  }

  mutating func remaining() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }
}

/// Ends the program with a message, in optimised builds too, if what must hold does not.
func demand(_ holds: Bool, _ complaint: @autoclosure () -> String) {
  if !holds { fatalError(complaint()) }
}
