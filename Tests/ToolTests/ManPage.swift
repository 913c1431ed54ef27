import Foundation
import TestSupport

/// One of the manual's pages, as far as tests look into it.
struct ManPage: CustomStringConvertible {
  static let programs = [
    "sd-cat", "sd-list", "sd-play", "sd-playrec", "sd-plot", "sd-rec", "sd-wire",
  ]
  static let all = programs.map { "\($0).1" } + ["sounddevice.7"]

  let name: String
  let lines: [String]

  init(_ name: String) throws {
    self.name = name
    let text = try String(contentsOfFile: Self.path(name), encoding: .utf8)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func path(_ name: String) -> String { BuiltTool.packageFile("man/\(name)") }

  var description: String { name }

  /// The lines of a section.
  func section(_ title: String) -> ArraySlice<String> {
    guard let start = lines.firstIndex(of: ".Sh \(title)") else { return [] }
    let end = lines[(start + 1)...].firstIndex { $0.hasPrefix(".Sh ") } ?? lines.endIndex
    return lines[(start + 1)..<end]
  }

  /// An option's entry: its names, and the text below them.
  struct Entry {
    let names: [String]
    let takesValue: Bool
    let text: [String]
  }

  /// The entries of the list of options.
  var entries: [Entry] {
    var entries: [Entry] = []
    var head: String?
    var text: [String] = []
    for line in section("DESCRIPTION") {
      let ends = line.hasPrefix(".It ") || line.hasPrefix(".El")
      if ends, let finished = head {
        entries.append(
          Entry(names: Self.flags(finished), takesValue: finished.contains(" Ar "), text: text))
        head = nil
      }
      if line.hasPrefix(".It Fl ") {
        head = line
        text = []
      } else {
        text.append(line)
      }
    }
    return entries
  }

  /// `-v` and `--verbose` of `.It Fl v , Fl \-verbose`, several letters of one word apart.
  static func flags(_ line: String) -> [String] {
    let words = line.split(separator: " ").map(String.init)
    return words.indices.dropFirst().filter { words[$0 - 1].hasSuffix("Fl") }.flatMap { index in
      words[index].hasPrefix("\\-")
        ? ["--" + words[index].dropFirst(2)] : words[index].map { "-\($0)" }
    }
  }

  /// The names of options in the synopsis.
  var synopsis: Set<String> {
    // In `Fl \-info | j` the flag's macro goes on behind the bar; a macro ends it.
    let bar = /\| (?=\\-|[a-z])/
    return Set(section("SYNOPSIS").flatMap { Self.flags($0.replacing(bar, with: "Fl ")) })
  }

  /// The commands of the examples, a script for each display.
  var examples: [String] { scripts(in: "EXAMPLES") }

  /// The commands of a section, a script for each display.
  func scripts(in title: String) -> [String] {
    var scripts: [String] = []
    var script: [String]?
    for line in section(title) {
      if line.hasPrefix(".Bd -literal") {
        script = []
      } else if line == ".Ed" {
        scripts.append((script ?? []).joined(separator: "\n"))
        script = nil
      } else {
        let typed = line.hasPrefix("$ ") ? String(line.dropFirst(2)) : line
        script?.append(typed.replacing("\\e", with: "\\"))
      }
    }
    return scripts
  }
}
