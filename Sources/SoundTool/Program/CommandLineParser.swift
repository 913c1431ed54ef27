// ArgumentParser parses; this file turns its error messages into our one-line form. Its errors are
// private types, so only their published text is available. Our own complaints travel through it
// behind a mark that no text contains.

internal import ArgumentParser

/// Why a value on the command line or in the environment is invalid.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
  /// The complaint and a remedy: `a rate below 1000 Hz (48k is 48000)`.
  public let text: String

  /// Creates a complaint, in the style of ``Messages``.
  public init(_ text: String) { self.text = text }

  fileprivate static let mark: Character = "\u{1F}"

  /// The usage error: names the option or variable, and the value unless the text includes it.
  func usage(of name: String, value: String, joint: String = " ") -> ToolError {
    let text = self.text
    return .usage(text.contains("'\(value)'") ? name : "\(name)\(joint)\(value)", text)
  }

  /// The text after the mark, for ArgumentParser to carry.
  public var description: String { "\(Self.mark)\(text)" }
}

/// The result of parsing a command line.
enum Parsed<T> {
  /// A program to run.
  case run(T)
  /// Text to print on stdout, and nothing else: help, version, a completion script.
  case text(String)
}

enum CommandLineParser {
  static func parse<T: Tool>(_ type: T.Type, _ arguments: [String]) throws(ToolError) -> Parsed<T> {
    // As first arguments these need no parsing, and a program that only prints should be quick.
    switch arguments.first {
    case "-h", "--help": return .text(line(T.helpMessage()))
    case "-V", "--version": return .text(versionText(type))
    default: break
    }
    var words = splitFlags(spellOut(arguments))
    let operands = T.operands == nil ? [] : takeOperands(from: &words)
    do {
      var tool = try T.parse(words)
      if let path = T.operands { tool[keyPath: path] += operands }
      return tool.common.version ? .text(versionText(type)) : .run(tool)
    } catch {
      let text = T.message(for: error)
      // Having ArgumentParser find out takes a millisecond more.
      if words.contains(where: asksForText), T.exitCode(for: error).isSuccess {
        return .text(line(text))
      }
      throw translate(text, hints: T.unknownOptionHints)
    }
  }

  /// Removes the operands at the end, except for the first, which may be the value of an option.
  static func takeOperands(from words: inout [String]) -> ArraySlice<String> {
    let options = words.lastIndex { $0.hasPrefix("-") }
    let start = min((options ?? -1) + 2, words.count)
    defer { words.removeSubrange(start...) }
    return words[start...]
  }

  /// Whether ArgumentParser may print something for it and succeed.
  private static func asksForText(_ word: String) -> Bool {
    word == "-h" || ["--help", "--generate", "--experimental"].contains(where: word.hasPrefix)
  }

  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

  /// Rewrites `--loop=3` for ArgumentParser.
  private static func spellOut(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let options = arguments[..<end].map { word in
      word.hasPrefix("--loop=") ? LoopOptions.counted + word.dropFirst("--loop".count) : word
    }
    return options + arguments[end...]
  }

  private static func versionText<T: Tool>(_ type: T.Type) -> String {
    let lines = ["\(T.programName) (sd tools) \(Version.current)"] + T.libraryVersions
    return lines.joined(separator: "\n") + "\n"
  }

  /// Splits leading flags off an argument such as `-qd5`, which ArgumentParser understands only as
  /// `-q -d5`.
  ///
  /// The letters are flags in every program. An argument that is the value of the option before it
  /// is left alone.
  static func splitFlags(_ arguments: [String]) -> [String] {
    let flags: Set<Character> = ["q", "v", "h", "V", "j"]
    var result: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word != "--" else { return result + [word] + rest }
      var letters = word.dropFirst()
      guard word.first == "-", letters.first != "-", !letters.isEmpty else {
        result.append(word)
        // `--name value`, although name may be a flag: the next argument is left alone.
        if word.hasPrefix("--"), !word.contains("="), let next = rest.popFirst() {
          if next == "--" { return result + [next] + rest }
          result.append(next)
        }
        continue
      }
      while letters.count > 1, let letter = letters.first, flags.contains(letter) {
        result.append("-\(letter)")
        letters.removeFirst()
      }
      result.append("-\(letters)")
      if letters.count == 1, !flags.contains(letters[letters.startIndex]),
        let next = rest.popFirst()
      {
        result.append(next)
      }
    }
    return result
  }

  /// Turns ArgumentParser's message into a subject and a complaint.
  static func translate(_ text: String, hints: [String: String] = [:]) -> ToolError {
    let quoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    let first = quoted.first ?? ""
    // `-r <hz>` without the placeholder.
    func option(_ words: String) -> String {
      let name = String(words.prefix { $0 != " " })
      return name == LoopOptions.counted ? "--loop" : name
    }
    if let mark = text.firstIndex(of: InvalidValue.mark) {
      let complaint = String(text[text.index(after: mark)...])
      let head = text[..<mark]
      guard let value = between("The value '", "' is invalid for '", in: head),
        let name = between("' is invalid for '", "'", in: head)
      else { return .usage("", complaint) }
      guard name.hasPrefix("-") else { return .usage(value, complaint) }
      return InvalidValue(complaint).usage(of: option(name), value: value)
    }
    if text.hasPrefix("Unknown option"), let missing = quoted.dropFirst().first,
      text.contains("or: Missing value")
    {
      return .usage(option(missing), "needs a value")
    }
    if text.hasPrefix("Unknown option") {
      if let hint = hints[first] { return .usage(first, hint) }
      let near = quoted.dropFirst().first.flatMap { isNear(first, $0) ? $0 : nil }
      return .usage(first, "unknown option\(near.map { ", did you mean \($0)?" } ?? "")")
    }
    if text.hasPrefix("Missing value for") { return .usage(option(first), "needs a value") }
    if text.hasPrefix("Missing expected argument") { return .usage(first, "is missing") }
    if text.hasPrefix("The option"), text.contains("does not take any value") {
      return .usage(first, "takes no value")
    }
    if text.contains("nexpected argument") { return .usage("", "unexpected argument '\(first)'") }
    if text.hasPrefix("The value") {
      return .usage(first, "not a value for \(quoted.last ?? "it")")
    }
    let line = text.prefix { $0 != "\n" }
    return .usage("", line.prefix(1).lowercased() + line.dropFirst())
  }

  /// Whether one word may be a misspelling of another: at most two letters differ, and a third of
  /// them.
  static func isNear(_ word: String, _ other: String) -> Bool {
    let (a, b) = (Array(word.drop { $0 == "-" }), Array(other.drop { $0 == "-" }))
    return distance(a, b) <= min(2, a.count / 3)
  }

  /// The number of letters to insert, delete, replace or swap with the next.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, rows[i][j + 1] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }

  private static func between(_ start: String, _ end: String, in text: Substring) -> String? {
    guard let from = text.firstRange(of: start),
      let to = text[from.upperBound...].firstRange(of: end)
    else { return nil }
    return String(text[from.upperBound..<to.lowerBound])
  }
}
