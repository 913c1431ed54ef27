import Foundation
import TestSupport
import Testing

/// The files in `examples` work as they are.
@Suite(.fewAtOnce) struct ExampleFilesTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func example(_ name: String) throws -> String {
    try String(contentsOfFile: BuiltTool.packageFile("examples/\(name)"), encoding: .utf8)
  }

  private func unit() throws -> String {
    try example("sd-rec@.service").replacing("/usr/local/bin", with: BuiltTool.directory)
  }

  @Test(.requires("systemd-analyze")) func systemdAcceptsTheUnit() async throws {
    let path = try folder.write(Array(try unit().utf8), to: "sd-rec@.service")
    let result = try await runProgram("systemd-analyze", ["verify", "--man=no", path])
    // It also complains about the units of the system it runs on.
    let complaints = result.errorLines.filter { $0.contains("sd-rec") }
    #expect(complaints.isEmpty, "\(result)")
  }

  @Test func theUnitRecordsAndEndsWell() async throws {
    let line = try #require(
      try unit().split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    let words = line.dropFirst("ExecStart=".count).replacing("%%", with: "%").split(separator: " ")
    // A machine that tests may have a small disk.
    let options = words.dropFirst().map { $0 == "2G" ? "1k" : String($0) }
    #expect(words.first == "\(BuiltTool.directory)/sd-rec")
    var command = Command.tool("sd-rec", options)
      .with(environment: ["SD_INPUT_DEVICE": "virtual:null", "SD_VIRTUAL": nil])
    command.workingDirectory = folder.path
    let result = try await withTool(command) { process in
      let deadline = ContinuousClock.now + .seconds(60)
      while try !folder.names().contains(where: { try !folder.read($0).isEmpty }) {
        try #require(
          process.status == nil && ContinuousClock.now < deadline, "\(process.errorText)")
        try await Task.sleep(for: .milliseconds(5))
      }
      process.send(SIGTERM)
      return try await process.finish(timeout: .seconds(20))
    }
    result.expectSilentSuccess()
    let name = try #require(try folder.names().first)
    #expect(name.wholeMatch(of: /\d{8}-\d{6}\.flac/) != nil, "\(name)")
    let check = try await runTool("sd-cat", ["--check", folder.file(name)])
    #expect(check.succeeded, "\(check)")
  }

  @Test func eachRuleIsAListOfMatchesAndAssignments() throws {
    let rules = try example("90-sd-rec.rules").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rules.count == 1)
    for rule in rules {
      for word in rule.split(separator: ",") {
        let pattern = /\s*[A-Z]+(\{\w+\})?(==|!=|\+=|=)"[^"]+"/
        #expect(word.wholeMatch(of: pattern) != nil, "\(word)")
      }
      // What the rule starts is the unit.
      #expect(rule.contains("sd-rec@field.service"))
    }
  }
}
