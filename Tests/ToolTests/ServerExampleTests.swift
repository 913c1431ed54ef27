import Foundation
import Platform
import TestSupport
import Testing

/// The commands of sounddevice(7) about sound servers work as printed. The other machine is this
/// one: its PulseAudio is reached over TCP, and ssh is a shell.
@Suite(.requires("bash", "pactl"), .requiresPipeWire, .usesSoundServer) struct ServerExampleTests {
  let folder: TemporaryDirectory
  private let sound = noise(24_000)

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(sound), to: "song.wav")
    try folder.write(Array("#!/bin/sh\nshift\nexec sh -c \"exec $*\"\n".utf8), to: "ssh")
    try #require(unsafe chmod(folder.file("ssh"), 0o755) == 0)
  }

  /// The programs in commands that have tests of their own, below or, for Snapcast, in
  /// Tests/Rig/clients.py; and JACK's network, which takes two machines.
  private static let otherPrograms = ["ffmpeg", "snapclient", "-D studio"]

  @Test func everyCommandWorks() async throws {
    let scripts = try ManPage("sounddevice.7").scripts(in: "SOUND SERVERS")
      .filter { script in Self.otherPrograms.allSatisfy { !script.contains($0) } }
      .flatMap { $0.split(separator: "\n").map(String.init) }
    try #require(scripts.count == 6, "\(scripts)")
    try await withPipeWire { server in
      let loaded = try await runProgram(
        "pactl", ["load-module", "module-native-protocol-tcp", "listen=127.0.0.1", "port=14717"],
        environment: server.environment)
      try #require(loaded.succeeded, "\(loaded)")
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      let environment = server.environment.merging([
        "PATH": "\(folder.path):\(BuiltTool.directory):\(path)"
      ]) { $1 }
      for script in scripts {
        let local = script.replacing("tcp:studio", with: "tcp:127.0.0.1:14717")
          .replacing("-d 10", with: "-d 0.5")
        // Whether the sound arrives, where one is played.
        let isPlayed = script.contains("song.wav")
        let recorder = Command.tool(
          "sd-rec", ["-q", "-D", "monitor:speakers", "-f", "s16le", "-r", "48000", "-c", "2"]
        ).with(environment: server.environment)
        try await withTool(recorder) { recorder in
          var recording = try await recorder.readOutput(4)
          var command = Command.program("bash", ["-eo", "pipefail", "-c", local])
            .with(environment: environment)
          command.workingDirectory = folder.path
          let result = try await run(command, timeout: .seconds(30))
          #expect(result.succeeded, "\(script)\n\(result)")
          func isHeard() -> Bool { recording.contains { $0 != 0 } }
          for _ in 0..<40 where isPlayed && !isHeard() {
            recording += try await recorder.readOutput(4 * 4096)
          }
          #expect(!isPlayed || isHeard(), "\(script)")
        }
      }
    }
  }

  /// Sound that is played on one sink arrives at another, by way of the network.
  @Test(.requires("ffmpeg")) func soundGoesByRTP() async throws {
    let script = try networkScript("rtp://").replacing("studio:5004", with: "127.0.0.1:15004")
    let end = try #require(script.range(of: "\nffmpeg "))
    let sender = String(script[..<end.lowerBound])
    let receiver = String(script[script.index(after: end.lowerBound)...])
    try await withPipeWire([.init("speakers"), .init("second")]) { server in
      try await withPipeline(song(server)) { _ in
        try await withPipeline(stages(sender, server)) { _ in
          try await eventually("the description to be there", within: .seconds(10)) {
            try folder.names().contains("rtp.sdp") && !folder.read("rtp.sdp").isEmpty
          }
          try await withPipeline(stages(receiver, server)) { _ in
            let recorder = Command.tool("sd-rec", ["-q", "-D", "monitor:second", "-f", "s16le"])
              .with(environment: server.environment)
            try await withTool(recorder) { recorder in
              try await expectSound(recorder, withinBytes: 1 << 21)
            }
          }
        }
      }
    }
  }

  @Test(.requires("ffmpeg")) func soundGoesToIcecast() async throws {
    let script = try networkScript("icecast://")
      .replacing("studio:8000", with: "127.0.0.1:18000")
    let listener = Command.program(
      "ffmpeg",
      [
        "-v", "error", "-method", "PUT", "-listen", "1", "-i", "http://127.0.0.1:18000/live.ogg",
        "-f", "s16le", "-",
      ])
    try await withPipeWire { server in
      try await withTool(listener) { listener in
        try await eventually("the listener to listen", within: .seconds(10)) {
          try await runProgram("bash", ["-c", "[[ $(</proc/net/tcp) == *0100007F:4650* ]]"])
            .succeeded
        }
        try await withPipeline(song(server)) { _ in
          try await withPipeline(stages(script, server)) { _ in
            try await expectSound(listener, withinBytes: 1 << 18)
          }
        }
      }
    }
  }

  /// The script with these words, on one line for each command.
  private func networkScript(_ words: String) throws -> String {
    let scripts = try ManPage("sounddevice.7").scripts(in: "SOUND SERVERS")
    return try #require(scripts.first { $0.contains(words) }).replacing("\\\n", with: "")
  }

  private func song(_ server: PipeWireServer) -> [Command] {
    [
      .tool("sd-play", ["-q", "--loop", "-D", "sink:speakers", folder.file("song.wav")])
        .with(environment: server.environment)
    ]
  }

  /// The programs of a pipeline, for which one sink is the microphone, another the loudspeaker.
  private func stages(_ script: String, _ server: PipeWireServer) -> [Command] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return script.split(separator: " | ").map { stage in
      var command = Command.program("bash", ["-c", "exec \(stage)"]).with(
        environment: server.environment.merging([
          "PATH": "\(BuiltTool.directory):\(path)", "SD_INPUT_DEVICE": "monitor:speakers",
          "SD_OUTPUT_DEVICE": "sink:second",
        ]) { $1 })
      command.workingDirectory = folder.path
      return command
    }
  }

  private func expectSound(_ tool: ToolProcess, withinBytes limit: Int) async throws {
    var count = 0
    while count < limit {
      let bytes = try await tool.readOutput(4096)
      try #require(!bytes.isEmpty, "it ended")
      guard !bytes.contains(where: { $0 != 0 }) else { return }
      count += bytes.count
    }
    Issue.record("\(count) bytes of silence")
  }
}
