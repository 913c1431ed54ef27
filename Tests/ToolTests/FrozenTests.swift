import Foundation
import TestSupport
import Testing

/// `scripts/frozen` compares the programs and libraries with the lists in `docs/frozen`.
@Suite(.requires("bash", "jq", "swift", "pkg-config")) struct FrozenTests {
  let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    for list in Self.lists {
      try FileManager.default.copyItem(
        atPath: BuiltTool.packageFile("docs/frozen/\(list)"), toPath: folder.file(list))
    }
  }

  private static let lists = ["options.txt", "data.txt", "symbols.txt"]

  private func compare() async throws -> ToolResult {
    let command = Command.program(
      BuiltTool.packageFile("scripts/frozen"), [BuiltTool.directory]
    ).with(environment: ["SD_FROZEN": folder.path])
    return try await run(command, timeout: .seconds(120))
  }

  private func change(_ list: String, _ body: (inout [String]) -> Void) throws {
    let text = try String(contentsOfFile: folder.file(list), encoding: .utf8)
    var lines = text.split(separator: "\n").map(String.init)
    body(&lines)
    let changed = lines.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    try folder.write(Array((changed.joined(separator: "\n") + "\n").utf8), to: list)
  }

  @Test func nothingFrozenIsGone() async throws {
    let result = try await compare()
    #expect(result.succeeded, "\(result)")
  }

  @Test(arguments: [
    ("options.txt", "sd-play --vanished"), ("data.txt", "feed end vanished"),
    ("symbols.txt", "PCM Vanished.init()"),
  ])
  func whatIsGoneFails(_ list: String, _ name: String) async throws {
    try change(list) { $0.append(name) }
    let result = try await compare()
    #expect(result.status == .exited(1))
    #expect(result.errorText.contains("\(list), but gone:\n\(name)\n"), "\(result)")
  }

  @Test func whatIsNewPasses() async throws {
    try change("options.txt") { $0.removeAll { $0 == "sd-play --gain" } }
    let result = try await compare()
    #expect(result.succeeded, "\(result)")
    #expect(result.outputText.contains("new in options: 1 names"), "\(result)")
  }
}
