import Platform
import TestSupport
import Testing

/// A desktop: PipeWire behind ALSA, behind PulseAudio's protocol, and in JACK's place.
@Suite(.requiresPipeWire, .usesSoundServer) struct PipeWireTests {
  let folder: TemporaryDirectory
  private let sound = noise(24_000)
  private var wav: String { folder.file("a.wav") }

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(sound), to: "a.wav")
  }

  /// A way from PortAudio to PipeWire.
  enum Door: String, CaseIterable, CustomTestStringConvertible {
    case alsa, pulse, jack

    var testDescription: String { rawValue }

    var device: String {
      switch self {
      case .alsa: "default"
      case .pulse: "pulse"
      case .jack: "speakers, JACK Audio Connection Kit"
      }
    }

    func environment(_ server: PipeWireServer) -> [String: String?] {
      self == .jack ? server.jackEnvironment : server.environment
    }
  }

  @Test func devicesAreListedWithoutAWord() async throws {
    try await withPipeWire { server in
      let list = try await runTool("sd-list", environment: server.environment)
      list.expectSilentSuccess()
      for name in ["pipewire, ALSA", "pulse, ALSA", "default, ALSA"] {
        #expect(list.outputText.contains(name), "\(list)")
      }
    }
  }

  /// Heard through the sink's monitor.
  @Test(arguments: [Door.alsa, .pulse]) func everySampleIsPlayed(_ door: Door) async throws {
    let frames = bytes(of: sound.map(VirtualTap.float))
    try await withPipeWire { server in
      try await expectShare("sd-play through PipeWire's \(door) door") {
        let recorder = Command.tool(
          "sd-rec", ["-q", "-D", "pulse", "-f", "f32le", "-r", "48000", "-c", "2"]
        ).with(environment: server.environment)
          .with(environment: ["PULSE_SOURCE": "speakers.monitor"])
        return try await withTool(recorder) { recorder in
          var recording = try await recorder.readOutput(8)
          let player = try await runTool(
            "sd-play", ["-D", door.device, wav], environment: door.environment(server))
          player.expectSilentSuccess()
          for _ in 0..<40 where position(of: frames, in: recording, bytesPerFrame: 8) == nil {
            recording += try await recorder.readOutput(8 * 4096)
          }
          return position(of: frames, in: recording, bytesPerFrame: 8) != nil
        }
      }
    }
  }

  @Test(arguments: Door.allCases) func everyProgramEndsByItself(_ door: Door) async throws {
    try await withPipeWire { server in
      let device = try await Self.device(door, server)
      let environment = door.environment(server)
      func end(_ program: String, _ arguments: String...) async throws {
        let result = try await runTool(
          program, ["-D", device] + arguments, environment: environment, timeout: .seconds(20))
        #expect(result.status == .exited(0), "\(result)")
      }
      try await end("sd-play", wav)
      try await end("sd-rec", "-d", "0.5", folder.file("b.wav"))
      try await end("sd-playrec", wav, folder.file("c.wav"))
      try await end("sd-wire", "-d", "0.5")
      for (name, count) in [("b.wav", 24_000), ("c.wav", 24_000)] {
        let back = try await runTool("sd-cat", ["-f", "s16le", "-r", "48000", folder.file(name)])
        #expect(back.output.count == count * 4, "\(name): \(back)")
      }
    }
  }

  private static func device(_ door: Door, _ server: PipeWireServer) async throws -> String {
    guard door == .jack else { return door.device }
    let list = try await runTool("sd-list", environment: server.jackEnvironment)
    let line = try #require(
      list.outputText.split(separator: "\n").first { $0.contains("JACK Audio Connection Kit") },
      "\(list)")
    // "  3 speakers Audio/Sink sink, JACK Audio Connection Kit (2 in, 2 out)"
    let name = line.split(separator: ",")[0].drop { $0 == " " || $0.isNumber }
    return "\(name), JACK Audio Connection Kit"
  }

  @Test(arguments: Door.allCases) func aKilledServerIsOneLine(_ door: Door) async throws {
    try await withPipeWire { server in
      let device = try await Self.device(door, server)
      let player = Command.tool(
        "sd-play",
        ["-D", device, "-f", "s16le", "-r", "48000", "-c", "2", "-t", "raw", "/dev/zero"]
      ).with(environment: door.environment(server))
      try await withTool(player) { player in
        try await player.waitUntilRunning()
        try await server.kill()
        let result = try await player.finish(timeout: .seconds(20))
        #expect(result.status == .exited(1), "\(result)")
        let lines = withoutStatus(result)
        #expect(lines.last?.hasSuffix("device lost") == true, "\(result)")
        #expect(lines.allSatisfy { $0.hasPrefix("sd-play: ") }, "\(result)")
      }
    }
  }

  @Test(arguments: Door.allCases) func aStoppedServerIsADeviceLost(_ door: Door) async throws {
    try await withPipeWire { server in
      let device = try await Self.device(door, server)
      let recorder = Command.tool("sd-rec", ["-D", device, folder.file("a.flac")])
        .with(environment: door.environment(server))
      try await withTool(recorder) { recorder in
        try await recorder.waitUntilRunning()
        server.pause()
        let result = try await recorder.finish(timeout: .seconds(30))
        server.resume()
        #expect(result.status == .exited(1), "\(result)")
        #expect(result.errorText.contains("device lost"), "\(result)")
      }
      let back = try await runTool("sd-cat", ["-f", "s16le", folder.file("a.flac")])
      #expect(back.succeeded && back.output.count > 0, "\(back)")
    }
  }

  /// Through JACK's door a stream runs at the graph's rate, whatever becomes of it.
  @Test func aRateThatTheServerChangesIsADeviceLost() async throws {
    try await withPipeWire { server in
      let device = try await Self.device(.jack, server)
      let recorder = Command.tool("sd-rec", ["-D", device, folder.file("a.wav")])
        .with(environment: server.jackEnvironment)
      try await withTool(recorder) { recorder in
        try await recorder.waitUntilRunning()
        let forced = try await runProgram(
          "pw-metadata", ["-n", "settings", "0", "clock.force-rate", "96000"],
          environment: server.environment)
        #expect(forced.succeeded, "\(forced)")
        let result = try await recorder.finish(timeout: .seconds(20))
        #expect(result.status == .exited(1), "\(result)")
        #expect(
          withoutStatus(result).last?.hasSuffix("rate changed: device lost") == true, "\(result)")
      }
    }
  }

  @Test func aSinkThatGoesAwayEndsNothing() async throws {
    try await withPipeWire([.init("speakers"), .init("headset")]) { server in
      let player = Command.tool("sd-play", [wav, wav, wav, wav])
        .with(environment: server.environment)
      try await withTool(player) { player in
        try await player.waitUntilRunning()
        let unloaded = try await runProgram(
          "pactl", ["unload-module", "module-null-sink"], environment: server.environment)
        #expect(unloaded.succeeded, "\(unloaded)")
        let result = try await player.finish(timeout: .seconds(20))
        #expect(result.status == .exited(0), "\(result)")
      }
    }
  }
}
