import Foundation
import TestSupport
import Testing

/// Standard error is ours from start to end: nothing that a library prints gets there without -vv.
@Suite(.fewAtOnce) struct StderrTests {
  @Test(arguments: [[], ["-q"], ["-v"]])
  func everyLineIsOurs(_ verbosity: [String]) async throws {
    for device in [["-D", "virtual:null"], []] {
      // Without a device, PortAudio, ALSA and JACK look for one.
      let result = try await runTool(
        "sd-rec", verbosity + device + ["-n", "10"], environment: virtual("pace=fast"))
      #expect(result.errorText.split(separator: "\n").allSatisfy { $0.hasPrefix("sd-rec: ") })
    }
  }

  @Test func theFeedMayGoToIt() async throws {
    let result = try await runTool(
      "sd-rec", ["-D", "virtual:null", "-n", "10", "--status-fd", "2"],
      environment: virtual("pace=fast"))
    #expect(result.errorText.contains("{\"event\":\"end\","))
    #expect(result.succeeded)
  }

  @Test func aCrashIsOneLine() async throws {
    let command = Command.tool("sd-cat", ["--from", "u8:8000:1", "-t", "raw"]).reading(.pipe)
    try await withTool(command) { (tool) async throws in
      try await tool.write([1])
      #expect(try await tool.readOutput(1) == [1])
      tool.send(SIGABRT)
      let result = try await tool.finish()
      #expect(result.status == .signalled(SIGABRT))
      #expect(result.complaint().hasPrefix("crashed"))
    }
  }
}
