import Foundation
import Platform
import TestSupport
import Testing

/// Input to output.
@Suite(.fewAtOnce) struct SdWireTests {
  @Test func aLengthEndsIt() async throws {
    for (length, count) in [("-d", "4800f"), ("-n", "4800"), ("-d", "0.1")] {
      let result = try await runTool("sd-wire", ["-D", "virtual:null", length, count])
      #expect(result.succeeded, "\(result)")
      #expect(result.complaint().contains("4800 frames"), "\(result)")
      #expect(result.errorText.contains("CPU load"), "\(result)")
      #expect(result.output.isEmpty)
    }
    let none = try await runTool("sd-wire", ["-q", "-D", "virtual:null", "-d", "0"])
    none.expectSilentSuccess()
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsItWell(_ signal: Int32) async throws {
    try await withTool(.tool("sd-wire", ["-q", "-D", "virtual:loopback"])) { tool in
      try await tool.waitUntilRunning()
      tool.send(signal)
      #expect(try await tool.wait(timeout: .seconds(5)) == .exited(0))
    }
  }

  @Test func withALengthItDiesOfTheSignal() async throws {
    try await withTool(.tool("sd-wire", ["-D", "virtual:loopback", "-d", "60"])) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGTERM)
      #expect(try await tool.wait(timeout: .seconds(5)) == .signalled(SIGTERM))
    }
  }

  @Test func verboseTellsLatencies() async throws {
    let result = try await runTool("sd-wire", ["-v", "-D", "virtual:null", "-n", "10"])
    #expect(result.errorText.contains("input latency") && result.errorText.contains("48000 Hz"))
  }

  @Test func channelsMustBeAsManyInAsOut() async throws {
    let result = try await runTool("sd-wire", ["-D", "virtual:null", "-c", "1,2", "-n", "10"])
    result.expectFailure(1, "1 channel", "-c")
    let one = try await runTool("sd-wire", ["-v", "-D", "virtual:null", "-c", "1", "-n", "10"])
    #expect(one.succeeded && one.errorText.contains("1 channel"), "\(one)")
  }

  /// A wire from the server's loopback to itself is a ring: an impulse comes by again each time it
  /// has gone round, which takes the loopback's one period and not a frame more.
  @Test(.requires("jackd", "jack_lsp"), .usesSoundServer)
  func itAddsNoFrame() async throws {
    let period = 1024
    var impulse = [Float](repeating: 0, count: 200)
    impulse[100] = 0.5
    func isRight(_ recording: [Float]) -> Bool {
      guard let first = recording.firstIndex(where: { $0 != 0 }),
        recording.count >= first + 8 * period
      else { return false }
      return recording[first..<(first + 8 * period)].enumerated().allSatisfy { offset, sample in
        let (turn, rest) = offset.quotientAndRemainder(dividingBy: period)
        return rest == 0 ? abs(sample - 0.5 * Float(pow(0.5, Double(turn)))) < 1e-4 : sample == 0
      }
    }
    try await withSteadyServer(periodSize: period) { server in
      try await expectShare("the ring of one period") {
        let wire = Command.tool(
          "sd-wire", ["-q", "--stall", "10", "-D", "loopback", "-g", "-6.020599913", "-c", "1"]
        ).with(environment: server.environment)
        return try await withTool(wire) { wire in
          try await wire.waitUntilRunning()
          let recorder = Command.tool(
            "sd-rec", ["-q", "--stall", "10", "-D", "loopback", "-c", "1"]
          ).with(environment: server.environment)
          return try await withTool(recorder) { recorder in
            _ = try await recorder.readOutput(4)
            let player = try await runTool(
              "sd-play", ["-q", "-D", "loopback", "-r", "48000", "-c", "1"],
              stdin: .bytes(bytes(of: impulse)), environment: server.environment)
            #expect(player.succeeded, "\(player)")
            let recording = values(of: Float.self, from: try await recorder.readOutput(4 * 96_000))
            recorder.send(SIGINT)
            wire.send(SIGINT)
            let results = (try await recorder.finish(), try await wire.finish())
            #expect(results.0.succeeded && results.1.succeeded, "\(results)")
            return isRight(recording)
          }
        }
      }
    }
  }

  @Test func everyFramePassesAtItsPlace() async throws {
    let tap = try VirtualTap()
    let sound = noise(4800)
    let result = try await runTool(
      "sd-wire", ["-q", "-D", "virtual:null", "-n", "4800"], environment: try tap.hearing(sound))
    result.expectSilentSuccess()
    let played = values(of: Float.self, from: try tap.folder.read("played.f32"))
    #expect(played.prefix(9600).elementsEqual(sound.map(VirtualTap.float)))
    #expect(played.dropFirst(9600).allSatisfy { $0 == 0 })
  }

  @Test func aWireOfManyChannelsEndsInItsTime() async throws {
    // The server takes two periods for each port that is taken away: longer than a stall may be.
    var options = JACKServer.Options()
    options.periodSize = 2048
    options.systemChannelCount = 32
    try await withJACKServer(options) { server in
      let result = try await runTool(
        "sd-wire", ["-q", "-D", "system", "-c", "32", "-d", "0.5"],
        environment: server.environment)
      result.expectSilentSuccess()
    }
  }
}
