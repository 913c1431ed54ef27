import ArgumentParser
import Testing

@testable import SoundTool

private struct First: Tool {
  static let configuration = CommandConfiguration(commandName: "sd-first")
  static var libraryVersions: [String] { [] }
  @OptionGroup var common: CommonOptions
  func plan() {}
  static func run(_ plan: Void) {}
}

private struct Second: Tool {
  static let configuration = CommandConfiguration(commandName: "sd-second")
  static var libraryVersions: [String] { [] }
  @OptionGroup var common: CommonOptions
  func plan() {}
  static func run(_ plan: Void) {}
}

@Suite struct ProgramsTests {
  @Test(arguments: [
    ("sd-first", "sd-first"), ("/usr/bin/sd-second", "sd-second"), ("./sd-second", "sd-second"),
  ])
  func actsOnTheLastPartOfItsPath(_ path: String, _ name: String) {
    #expect(Programs.named(path, among: [First.self, Second.self])?.programName == name)
  }

  @Test(arguments: ["", "/", "sd", "sd-firsts", "sd-first/other"])
  func knowsNoOtherName(_ path: String) {
    #expect(Programs.named(path, among: [First.self, Second.self]) == nil)
  }
}
