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

  @Test func everyCommandWorks() async throws {
    // Those of other programs' servers are not for this machine.
    let scripts = try ManPage("sounddevice.7").scripts(in: "SOUND SERVERS")
      .filter { !$0.contains("ffmpeg") }
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
}
