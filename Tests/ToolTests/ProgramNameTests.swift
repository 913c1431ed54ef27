import Foundation
import TestSupport
import Testing

/// The programs with a device are one executable: whichever file it is, the name decides.
@Suite struct ProgramNameTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let programs = ["sd-list", "sd-play", "sd-playrec", "sd-rec", "sd-wire"]

  private func run(as name: String, _ arguments: [String]) async throws -> ToolResult {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(name), withDestinationPath: try BuiltTool.path(of: "sd-list"))
    return try await runProgram(folder.file(name), arguments)
  }

  @Test(arguments: programs) func actsOnItsName(_ name: String) async throws {
    let result = try await run(as: name, ["--help"])
    #expect(result.succeeded && result.outputText.contains("\nUSAGE: \(name) "), "\(result)")
  }

  @Test(arguments: programs) func namesItselfInMessages(_ name: String) async throws {
    let result = try await run(as: name, ["--unknown"])
    #expect(result.status == .exited(2))
    #expect(result.errorText.hasPrefix("\(name): "), "\(result)")
  }

  @Test func anotherNameIsAUsageError() async throws {
    let result = try await run(as: "sd-unknown", ["--help"])
    #expect(result.status == .exited(2) && result.output.isEmpty)
    #expect(
      result.errorText.contains(Self.programs.joined(separator: ", ")), "\(result)")
  }
}
