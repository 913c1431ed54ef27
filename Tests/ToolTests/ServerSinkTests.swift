import Foundation
import Platform
import TestSupport
import Testing

/// `-D sink:NAME` and `-D monitor:NAME`: a server's sinks by name.
@Suite(.requires("pactl"), .usesSoundServer) struct ServerSinkTests {
  let folder: TemporaryDirectory
  private let sound = noise(24_000)
  private var wav: String { folder.file("a.wav") }

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(sound), to: "a.wav")
  }

  private func expectSinks(_ names: [String], _ environment: [String: String?]) async throws {
    func tool(_ name: String, _ arguments: String...) async throws -> ToolResult {
      try await runTool(name, arguments, environment: environment, timeout: .seconds(20))
    }
    let list = try await tool("sd-list")
    list.expectSilentSuccess()
    for name in names {
      #expect(list.outputText.contains("\n    sink:\(name), through 'pulse, ALSA'\n"), "\(list)")
      #expect(list.outputText.contains("\n    monitor:\(name), through 'pulse, ALSA'\n"), "\(list)")
    }
    let json = try await tool("sd-list", "-j")
    let devices = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
    let door = devices.first { $0["id"] as? String == "pulse, ALSA" }
    #expect(
      Set(door?["sinks"] as? [String] ?? [])
        == Set(names.flatMap { ["sink:\($0)", "monitor:\($0)"] }), "\(json)")
    let inputs = try await tool("sd-list", "--inputs")
    #expect(inputs.outputText.contains(" monitor:") && !inputs.outputText.contains(" sink:"))
    let wrong = try await tool("sd-play", "-D", "sink:nope", wav)
    wrong.expectFailure(1, "sink:nope", "no such sink", "'\(names[0])'")
    try await tool("sd-play", "-D", "monitor:\(names[0])", wav)
      .expectFailure(1, "has no output; sink:\(names[0]) plays")
    try await tool("sd-rec", "-D", "sink:\(names[0])", folder.file("x.wav"))
      .expectFailure(1, "has no input; monitor:\(names[0]) records")
    try await runTool(
      "sd-play", ["-D", "sink:\(names[0])", wav],
      environment: environment.merging(["PATH": folder.path]) { $1 }
    ).expectFailure(1, "needs pactl")
  }

  /// Played on each of two sinks, a sound is heard on that one only.
  private func expectSeparation(_ names: [String], _ environment: [String: String?]) async throws {
    for played in names {
      for heard in names {
        let recorder = Command.tool(
          "sd-rec", ["-q", "-D", "monitor:\(heard)", "-f", "s16le", "-r", "48000", "-c", "2"]
        ).with(environment: environment)
        try await withTool(recorder) { recorder in
          var recording = try await recorder.readOutput(4)
          let player = try await runTool(
            "sd-play", ["-D", "sink:\(played)", wav], environment: environment)
          player.expectSilentSuccess()
          func isHeard() -> Bool { recording.contains { $0 != 0 } }
          for _ in 0..<40 where !isHeard() { recording += try await recorder.readOutput(4 * 4096) }
          #expect(isHeard() == (played == heard), "played on \(played), heard on \(heard)")
        }
      }
    }
  }

  @Test(.requiresPipeWire) func onPipeWire() async throws {
    try await withPipeWire([.init("speakers"), .init("headset")]) { server in
      try await expectSinks(["speakers", "headset"], server.environment)
      try await expectSeparation(["speakers", "headset"], server.environment)
    }
  }

  @Test func onPulseAudio() async throws {
    try await withPulseServer { server in
      let loaded = try await runProgram(
        "pactl", ["load-module", "module-null-sink", "sink_name=second", "rate=48000"],
        environment: server.environment)
      try #require(loaded.succeeded, "\(loaded)")
      try await expectSinks(["nul", "second"], server.environment)
      try await expectSeparation(["nul", "second"], server.environment)
    }
  }

  @Test func withoutAServerThereIsNone() async throws {
    let result = try await runTool("sd-play", ["-D", "sink:x", wav])
    result.expectFailure(1, "sink:", "needs ALSA's device 'pulse'")
  }
}
