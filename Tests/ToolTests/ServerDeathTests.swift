import Foundation
import TestSupport
import Testing

/// jackd killed or stopped under each program: it ends within the stall time and a second, with
/// status 1 and one line, and what it had recorded is complete.
@Suite(.requires("jackd", "jack_lsp"), .usesSoundServer) struct ServerDeathTests {
  enum Death: String, CaseIterable { case kill, terminate, stop }

  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func strike(_ server: JACKServer, _ death: Death) async throws {
    switch death {
    case .kill: try await server.kill()
    case .terminate: try await server.terminate()
    case .stop: server.pause()
    }
  }

  /// PortAudio gives a duplex stream up when a server behind ALSA was held up, and waits two seconds
  /// after an underrun; and the server's null sink takes two seconds to begin.
  @Test(.requires("pulseaudio", "pactl"), arguments: ["sd-rec", "sd-wire", "sd-play"])
  func aServerThatWasHeldUpIsNotLost(_ program: String) async throws {
    try await withPulseServer { server in
      let command = Command.tool(
        program,
        [
          "-D", "pulse", "--stall", "1", "-r", "48000", "-c", "2", "--xrun", "ignore",
          "--status-fd", "3",
        ] + (program == "sd-play" ? ["-f", "s16le"] : ["-d", "4"])
      ).writing(.captured, to: 3).with(environment: server.environment)
        .reading(.bytes([UInt8](repeating: 0, count: 4 * 4 * 48_000)))
      try await withTool(command) { tool in
        try await Task.sleep(for: .seconds(3))
        server.pause()
        try await Task.sleep(for: .milliseconds(600))
        server.resume()
        let result = try await tool.finish(timeout: .seconds(60))
        #expect(result.succeeded, "\(result)")
        if program == "sd-rec" {
          let end = try FaultBench.end(result.outputs[3] ?? []).input
          #expect(end.delivered + end.lost == 4 * 48_000 && end.dropped == 0, "\(result)")
          #expect(result.output.count == end.delivered * 8 && end.delivered > 0, "\(result)")
        }
      }
    }
  }

  /// What the programs are given: an hour of sound and a recording without an end.
  private func lines() throws -> [[String]] {
    let raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
    return [
      ["sd-play", "-D", "loopback", "--xrun", "ignore"] + raw,
      ["sd-rec", "-D", "loopback", "--xrun", "ignore", folder.file("rec.wav")],
      ["sd-rec", "-D", "loopback", "--xrun", "ignore", "-f", "s16le", folder.file("rec.flac")],
      ["sd-playrec", "-q", "-D", "loopback"] + raw + ["-t", "au", "-", folder.file("duplex.au")],
      ["sd-wire", "-q", "-D", "loopback"],
    ]
  }

  @Test(arguments: Death.allCases) func aRunningProgramEnds(_ death: Death) async throws {
    for line in try lines() {
      try await withJACKServer { server in
        var command = Command.tool(line[0], Array(line.dropFirst()))
          .with(environment: server.environment)
        // The duplex program reads a header: what follows it never ends.
        command.input = line.contains("au") ? .pipe : .file("/dev/zero")
        try await withTool(command) { tool in
          if line.contains("au") {
            try await tool.write(sunHeader + [UInt8](repeating: 0, count: 1 << 17))
          }
          try await tool.waitUntilRunning()
          let clock = ContinuousClock()
          let start = clock.now
          try await strike(server, death)
          let result = try await tool.finish(timeout: .seconds(20))
          // Two seconds of stall time, one more, and the rest for a machine that is busy.
          #expect(clock.now - start < .seconds(8), "\(result)")
          #expect(result.status == .exited(1), "\(result)")
          let lines = withoutStatus(result)
          #expect(lines.count == 1, "\(result)")
          #expect(
            lines.first?.hasSuffix("loopback, JACK Audio Connection Kit: device lost") == true)
        }
      }
    }
    for name in ["rec.wav", "rec.flac", "duplex.au"] {
      let data = try await runTool("sd-cat", ["-f", "s16le", folder.file(name)])
      #expect(data.succeeded && data.output.count > 0, "\(name): \(data)")
    }
  }

  /// A Sun header for 16 bits, big endian, stereo, of unknown length.
  private var sunHeader: [UInt8] {
    [0x2E, 0x73, 0x6E, 0x64, 0, 0, 0, 24, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 3, 0, 0, 0xBB, 0x80]
      + [0, 0, 0, 2]
  }

  @Test func aProgramStartedOnAStoppedServerEnds() async throws {
    let path = try folder.write(wave(noise(480)), to: "a.wav")
    try await withJACKServer { server in
      server.pause()
      let clock = ContinuousClock()
      for line in [
        ["sd-list"], ["sd-list", "-j"], ["sd-play", "-D", "loopback", path],
        ["sd-rec", "-D", "loopback", folder.file("rec.wav")],
        ["sd-playrec", "-D", "loopback", path, folder.file("duplex.wav")],
        ["sd-wire", "-D", "loopback"],
      ] {
        let start = clock.now
        let result = try await runTool(
          line[0], Array(line.dropFirst()), environment: server.environment,
          timeout: .seconds(20))
        #expect(clock.now - start < .seconds(8), "\(result)")
        guard line[0] == "sd-list" else {
          result.expectFailure(1, "does not answer")
          continue
        }
        // What does not need the server is listed all the same.
        #expect(result.status == .exited(1) && result.outputText.contains("virtual:null"))
        #expect(result.errorLines.count == 1 && result.errorText.contains("does not answer"))
      }
      #expect(try folder.names() == ["a.wav"])
      let virtual = try await runTool(
        "sd-play", ["-D", "virtual:null", path], environment: server.environment)
      virtual.expectSilentSuccess()
      let quick = try await runTool(
        "sd-play", ["--stall", "0.3", "-D", "loopback", path], environment: server.environment)
      quick.expectFailure(1, "does not answer")
      server.resume()
      // The server itself is none the worse.
      let list = try await runTool("sd-list", environment: server.environment)
      #expect(list.succeeded && list.outputText.contains("loopback, JACK"))
    }
  }

  @Test(arguments: [Death.kill, .terminate])
  func withoutTheServerTheListGoesOn(_ death: Death) async throws {
    try await withJACKServer { server in
      try await strike(server, death)
      let list = try await runTool("sd-list", environment: server.environment)
      list.expectSilentSuccess()
      #expect(list.outputText.contains("virtual:null") && !list.outputText.contains("JACK"))
      let play = try await runTool(
        "sd-play", ["-D", "loopback, JACK", try folder.write(wave(noise(10)), to: "a.wav")],
        environment: server.environment)
      play.expectFailure(1, "'loopback, JACK'", "virtual:null")
    }
  }

  /// A server that dies or freezes around the end of a sound, while the stream stops and closes: no
  /// moment aborts the program, or blocks it.
  @Test(arguments: [Death.kill, .stop], [350, 430, 510, 590, 670, 750])
  func aServerThatGoesAtTheEndIsALossOrNothing(_ death: Death, milliseconds: Int) async throws {
    var options = JACKServer.Options()
    options.periodSize = 4096
    let path = try folder.write(wave(noise(14_400)), to: "a.wav")
    for program in ["sd-play", "sd-rec"] {
      try await withJACKServer(options) { server in
        let file = program == "sd-play" ? path : folder.file("b.wav")
        let command = Command.tool(
          program, ["-q", "-D", "loopback, JACK", "-d", "0.3", "--status-fd", "2", file]
        ).with(environment: server.environment)
        try await withTool(command) { tool in
          try await tool.waitForError(containing: "start")
          try await Task.sleep(for: .milliseconds(milliseconds))
          try await strike(server, death)
          let result = try await tool.finish(timeout: .seconds(20))
          let isLost = result.status == .exited(1)
          #expect(isLost || result.status == .exited(0), "\(result)")
          let words = withoutStatus(result).filter { !$0.hasPrefix("{") }
          #expect(words.count == (isLost ? 1 : 0), "\(result)")
        }
      }
    }
  }

  @Test func allFramesUpToTheLossAreKept() async throws {
    // A recording to a pipe shows which frames there were; the file beside it has as many, but for
    // the period that was under way.
    try await withSteadyServer { server in
      let pipe = Command.tool("sd-rec", ["-D", "loopback", "-f", "s16le", "--no-dither"])
        .with(environment: server.environment)
      try await withTool(pipe) { tool in
        let first = try await tool.readOutput(48_000 * 4)
        try await server.kill()
        let result = try await tool.finish(timeout: .seconds(20))
        #expect(result.status == .exited(1), "\(result)")
        let told = first.count + result.output.count
        #expect(told % 4 == 0 && (told / 4) % 1024 == 0, "whole periods: \(told / 4)")
      }
    }
  }

  @Test(.requires("jack_bufsize", "jack_freewheel"))
  func anotherPeriodAndFreewheelingAreSurvived() async throws {
    try await withJACKServer { server in
      let command = Command.tool("sd-rec", ["-D", "loopback", "-f", "s16le", "--xrun", "ignore"])
        .with(environment: server.environment)
      try await withTool(command) { tool in
        _ = try await tool.readOutput(4)
        let size = try await runProgram("jack_bufsize", ["1024"], environment: server.environment)
        #expect(size.succeeded, "\(size)")
        _ = try await tool.readOutput(48_000 * 4)
        for way in ["y", "n"] {
          let wheel = try await runProgram(
            "jack_freewheel", [way], environment: server.environment)
          #expect(wheel.succeeded, "\(wheel)")
          _ = try await tool.readOutput(48_000 * 4)
        }
        tool.send(SIGINT)
        let result = try await tool.finish()
        #expect(result.succeeded, "\(result)")
      }
    }
  }

  @Test func aDeviceIsWaitedFor() async throws {
    // The server comes up while the program waits: it has a name before it runs.
    let name = "sd-test-late-\(ProcessInfo.processInfo.processIdentifier)"
    let environment: [String: String?] = ["JACK_DEFAULT_SERVER": name]
    let command = Command.tool(
      "sd-rec",
      [
        "-v", "-D", "loopback, JACK", "--wait", "60", "-f", "s16le", "-n", "4800", "--status-fd",
        "3",
      ]
    ).writing(.captured, to: 3).with(environment: environment)
    try await withTool(command) { tool in
      try await tool.waitForError(containing: "trying again")
      let server = Command.program(
        "jackd",
        [
          "--no-realtime", "-n", name, "--port-max", "128", "-L", "2", "-d", "dummy", "-r",
          "48000", "-p", "1024",
        ])
      try await withTool(server) { server in
        let result = try await tool.finish()
        #expect(result.succeeded, "\(result)")
        // A server that has just begun may leave a period out: then it counts, and is told.
        let end = try FaultBench.end(result.outputs[3] ?? []).input
        #expect(end.delivered + end.lost == 4800 && end.dropped == 0, "\(result)")
        #expect(result.output.count == end.delivered * 4 && end.delivered > 0, "\(result)")
        #expect(result.hasSlipped == (end.lost > 0), "\(result)")
        server.send(SIGTERM)
        try await server.wait()
      }
    }
  }

  @Test(.requires("pulseaudio", "pactl")) func aKilledPulseServerIsADeviceLost() async throws {
    try await withPulseServer { server in
      let path = folder.file("a.wav")
      let command = Command.tool("sd-rec", ["-D", "pulse", "--xrun", "ignore", path])
        .with(environment: server.environment)
      try await withTool(command) { tool in
        try await tool.waitUntilRunning()
        try await server.kill()
        let result = try await tool.finish(timeout: .seconds(20))
        #expect(result.status == .exited(1), "\(result)")
        // PortAudio itself has a word to say as well, which nothing can keep from it.
        let ours = withoutStatus(result).filter { $0.hasPrefix("sd-rec: ") }
        #expect(ours == ["sd-rec: pulse, ALSA: device lost"], "\(result)")
      }
      #expect(try await runTool("sd-cat", [path]).output.count > 0)
    }
  }
}
