import ArgumentParser
import PCM
import Testing

@testable import SoundTool

private struct Probe: Tool {
  static let configuration = CommandConfiguration(commandName: "sd-probe")
  static var libraryVersions: [String] { ["libprobe-1.0"] }

  @OptionGroup var formats: FormatOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var level: LevelOptions
  @Flag(name: .shortAndLong) var json = false
  @OptionGroup var common: CommonOptions
  @Argument var files: [String] = []
  static var operands: WritableKeyPath<Probe, [String]>? { \.files }

  func plan() -> [String] { files }
  static func run(_ plan: [String]) {}
}

@Suite struct CommandLineParserTests {
  private func parse(_ arguments: String...) throws -> Probe {
    guard case .run(let probe) = try CommandLineParser.parse(Probe.self, arguments) else {
      throw InvalidValue("not a program to run")
    }
    return probe
  }

  private func text(_ arguments: String...) throws -> String? {
    guard case .text(let text) = try CommandLineParser.parse(Probe.self, arguments) else {
      return nil
    }
    return text
  }

  private func error(_ arguments: String...) -> String? {
    do {
      _ = try CommandLineParser.parse(Probe.self, arguments)
      return nil
    } catch {
      return error.status == .usage ? error.message : "status \(error.status)"
    }
  }

  @Test func valuesMayBeginWithADash() throws {
    #expect(try parse("-g", "-6").level.gain == Gain(decibels: -6))
    #expect(try parse("-g-6").level.gain == Gain(decibels: -6))
    #expect(try parse("--gain", "-.5").level.gain == Gain(decibels: -0.5))
    #expect(try parse("--gain=-6").level.gain == Gain(decibels: -6))
  }

  @Test func valuesMayBeJoined() throws {
    #expect(try parse("-d5").length.length == .seconds(5))
    #expect(try parse("-d1:30.5").length.length == .seconds(90.5))
    #expect(try parse("-n7").length.length == .frames(7))
    let bundle = try parse("-qjd5")
    #expect(bundle.json)
    #expect(bundle.common.verbosity == .quiet)
    #expect(bundle.length.length == .seconds(5))
    #expect(try parse("-qg-6").level.gain == Gain(decibels: -6))
  }

  @Test func optionsStandBeforeOrAfterOperands() throws {
    let probe = try parse("a", "-c", "2", "-", "-q", "--", "-r", "--help")
    #expect(probe.formats.channels == 2)
    #expect(probe.files == ["a", "-", "-r", "--help"])
    #expect(probe.common.verbosity == .quiet)
  }

  @Test func operandsAtTheEndKeepTheirOrder() throws {
    #expect(try parse("a", "-c", "2", "b", "c").files == ["a", "b", "c"])
    #expect(try parse("-c", "2").formats.channels == 2)
    #expect(try parse("-q", "a", "-", "", "b").files == ["a", "-", "", "b"])
    #expect(try parse("a", "--", "-b", "--", "c", "d").files == ["a", "-b", "--", "c", "d"])
    #expect(try parse("a", "b", "-q").files == ["a", "b"])
    #expect(try parse("a", "b", "c").files == ["a", "b", "c"])
    #expect(error("-x", "a", "b", "c") == "-x: unknown option")
    #expect(error("a", "b", "-r") == "-r: needs a value")
    var words = ["-q", "a", "b", "c"]
    #expect(CommandLineParser.takeOperands(from: &words) == ["b", "c"])
    #expect(words == ["-q", "a"])
  }

  @Test func theValueOfAnOptionIsNotTakenApart() {
    #expect(CommandLineParser.splitFlags(["-f", "-qj", "-qj"]) == ["-f", "-qj", "-q", "-j"])
    #expect(
      CommandLineParser.splitFlags(["--map", "-qj", "--", "-qj"]) == ["--map", "-qj", "--", "-qj"])
    #expect(CommandLineParser.splitFlags(["--map=1", "-vv"]) == ["--map=1", "-v", "-v"])
    #expect(CommandLineParser.splitFlags(["--quiet", "--", "-qj"]) == ["--quiet", "--", "-qj"])
    #expect(CommandLineParser.splitFlags(["-", "-qd5", "-"]) == ["-", "-q", "-d5", "-"])
  }

  @Test func verbosity() throws {
    #expect(try parse().common.verbosity == .normal)
    #expect(try parse("-v").common.verbosity == .verbose)
    #expect(try parse("-vv").common.verbosity == .chatty)
    #expect(try parse("--verbose", "-v").common.verbosity == .chatty)
    #expect(try parse("-v", "-q").common.verbosity == .quiet)
  }

  @Test func helpAndVersionAreTexts() throws {
    #expect(try text("--help")?.contains("USAGE: sd-probe") == true)
    #expect(try text("-qh")?.hasSuffix("\n") == true)
    #expect(try text("-V") == "sd-probe (sd tools) \(Version.current)\nlibprobe-1.0\n")
    #expect(try text("--version", "--nonsense") == text("-V"))
    #expect(try text("-q", "-V") == text("-V"))
    #expect(try text("-q", "--generate-completion-script", "bash")?.hasPrefix("#!") == true)
  }

  @Test func everyUsageErrorIsOneLine() {
    #expect(error("-x") == "-x: unknown option")
    #expect(error("--foramt", "u8") == "--foramt: unknown option, did you mean --format?")
    #expect(error("--form", "u8")?.hasPrefix("--form: unknown option") == true)
    #expect(error("--lop") == "--lop: unknown option")
    #expect(error("--bits") == "--bits: unknown option")
    #expect(error("-r") == "-r: needs a value")
    #expect(error("-qr") == "-r: needs a value")
    #expect(error("--rate") == "--rate: needs a value")
    #expect(error("--quiet=3") == "--quiet: takes no value")
    #expect(error("-r", "48") == "-r 48: a rate below 1000 Hz, did you mean 48k?")
    #expect(error("--rate=48") == "--rate 48: a rate below 1000 Hz, did you mean 48k?")
    #expect(error("-f", "S24_LE") == "-f: 'S24_LE' has four bytes a sample, did you mean S24_3LE?")
    #expect(error("-d", "1", "-n", "2") == "-d and -n: give one of them, not both")
  }
}
