import Foundation
import TestSupport
import Testing

/// The manual describes exactly the options that the programs accept.
@Suite struct ManPageTests {
  @Test(.requires("mandoc"), arguments: ManPage.all)
  func mandocHasNothingToSay(_ page: String) async throws {
    let result = try await runProgram(
      "mandoc", ["-T", "lint", "-W", "warning", ManPage.path(page)])
    // It also misses the pages of the system it runs on.
    let lines = result.outputText.split(separator: "\n").filter { !$0.contains("mandoc.db") }
    #expect(lines.isEmpty && result.errorText.isEmpty, "\(result)")
  }

  @Test(arguments: ManPage.programs)
  func parserHelpAndPageNameTheSameOptions(_ program: String) async throws {
    let dump = try await runTool(program, ["--experimental-dump-help"])
    let parser = try JSONDecoder().decode(Dump.self, from: Data(dump.output)).options
    let help = options(inHelp: try await runTool(program, ["--help"]).outputText)
    let page = try ManPage("\(program).1")
    #expect(help == parser)
    #expect(Set(page.entries.flatMap(\.names)) == help)
    for entry in page.entries {
      #expect(!page.synopsis.isDisjoint(with: entry.names), "not in the synopsis: \(entry.names)")
    }
    #expect(page.synopsis.isSubset(of: help))
  }

  @Test(arguments: ManPage.programs)
  func theContractIsKept(_ program: String) async throws {
    let help = options(inHelp: try await runTool(program, ["--help"]).outputText)
    let missing = Set(try #require(Self.contract[program]) + Self.common).subtracting(help)
    #expect(missing.isEmpty, "\(program) does not know \(missing.sorted())")
  }

  @Test(arguments: ManPage.programs)
  func everyOptionWithAValueNamesItsDefault(_ program: String) throws {
    for entry in try ManPage("\(program).1").entries where entry.takesValue {
      let text = entry.text.joined(separator: " ")
      #expect(
        text.contains("The default") || text.contains("By default"), "\(entry.names): \(text)")
    }
  }

  @Test func everyVariableIsDescribed() throws {
    let page = try ManPage("sounddevice.7").section("ENVIRONMENT").joined(separator: " ")
    for name in Self.variables { #expect(page.contains(name)) }
  }

  /// What `--experimental-dump-help` says, as far as it matters here.
  private struct Dump: Decodable {
    struct Command: Decodable { let arguments: [Argument] }
    struct Argument: Decodable {
      let names: [Name]?
      let shouldDisplay: Bool
    }
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let command: Command

    var options: Set<String> {
      Set(
        command.arguments.filter(\.shouldDisplay).flatMap { $0.names ?? [] }.map {
          ($0.kind == "long" ? "--" : "-") + $0.name
        })
    }
  }

  /// The names before each description.
  private func options(inHelp text: String) -> Set<String> {
    var names: Set<String> = []
    for line in text.split(separator: "\n") where line.hasPrefix("  -") {
      let head = line.dropFirst(2).prefix(while: { $0 != "<" }).split(separator: "  ").first ?? ""
      for word in head.split(separator: " ") {
        names.insert(String(word.last == "," ? word.dropLast() : word))
      }
    }
    return names
  }

  private static let variables = [
    "SD_DEVICE", "SD_INPUT_DEVICE", "SD_OUTPUT_DEVICE", "SD_RATE", "SD_CHANNELS", "SD_FORMAT",
    "SD_LATENCY", "SD_BLOCKSIZE", "SD_BUFFER", "SD_XRUN", "SD_VIRTUAL",
  ]

  private static let common = [
    "-h", "--help", "-V", "--version", "-q", "--quiet", "-v", "--verbose",
  ]

  private static let format = ["-r", "--rate", "-c", "--channels", "-f", "--format"]
  private static let length = ["-d", "--duration", "-n", "--frames"]
  private static let line = ["--meter", "--progress", "--no-progress"]
  private static let stream =
    ["-D", "--device", "-L", "--latency", "-b", "--blocksize", "--xrun", "--stall", "--wait"]
    + ["--status-fd", "-g", "--gain"] + format + length + line
  private static let map = ["-m", "--map"]
  private static let maps = ["--input-map", "--output-map"]
  private static let devices = ["-i", "--input-device", "-o", "--output-device"]
  private static let buffer = ["-B", "--buffer"]
  private static let type = ["-t", "--type"]

  /// What each program promises, said here once more so that no option can go unnoticed.
  private static let contract: [String: [String]] = [
    "sd-list": ["-D", "--device", "-j", "--json", "--inputs", "--outputs", "--rates"]
      + ["--host-apis"],
    "sd-play": stream + map + type + buffer + ["-o", "--output-device", "-S", "--start"]
      + ["--no-dither", "--no-resample", "--loop"],
    "sd-rec": stream + map + type + buffer + ["-i", "--input-device", "--no-dither"]
      + ["--no-resample", "--fill-gaps", "--split", "--sync", "--while-stdin", "--no-clobber"]
      + ["--trigger", "--before", "--hold", "--until-silence", "--at"],
    "sd-playrec": stream + maps + devices + type + buffer + ["--no-dither", "--no-clobber"]
      + ["--tail", "--compensate", "--record-format"],
    "sd-wire": stream + maps + devices,
    "sd-plot": format + length + line + map + type
      + ["-o", "--output", "-S", "--start", "-g", "--gain", "--no-clobber", "--spectrogram"]
      + ["--waveform", "--levels", "--range", "--columns", "--block", "--db", "--log", "--size"]
      + ["--through", "--stats", "-j", "--json"],
    "sd-cat": format + length + line + map + type
      + ["-o", "--output", "-S", "--start", "-g", "--gain", "--no-dither", "--no-clobber"]
      + ["--from", "--info", "-j", "--json", "--env", "--types"],
  ]
}
