import Foundation
import TestSupport
import Testing

/// Hosts that do what no host should: every program ends in time, with every frame.
@Suite(.fewAtOnce) struct HostSinsTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  static let sins = [
    "linger", "latency=garbage", "times=garbage", "flags=none",
    "linger,latency=garbage,times=garbage,flags=none",
  ]

  @Test(arguments: sins) func everyProgramEndsWithEveryFrame(_ sin: String) async throws {
    let samples = noise(9600)
    let path = try folder.write(wave(samples), to: "a.wav")
    let sound = samples.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
    func finish(_ program: String, _ arguments: String...) async throws -> ToolResult {
      let result = try await run(
        Command.tool(program, ["-q", "-D", "virtual:loopback", "--status-fd", "3"] + arguments)
          .writing(.captured, to: 3).with(environment: virtual(sin)), timeout: .seconds(20))
      #expect(result.succeeded && result.errorLines.isEmpty, "\(result)")
      return result
    }
    let play = try await finish("sd-play", path)
    #expect(try FaultBench.end(play.outputs[3] ?? []).output.delivered == 9600)
    let raw = ["-f", "s16le", "-r", "48000", "-c", "2", "--no-dither"]
    let back = try await run(
      Command.tool("sd-playrec", ["-q", "-D", "virtual:loopback"] + raw)
        .reading(.bytes(sound)).with(environment: virtual(sin)), timeout: .seconds(20))
    #expect(back.succeeded && back.output.count == sound.count, "\(back)")
    #expect(Sound(Array(back.output.dropFirst(256 * 4))) == Sound(Array(sound.dropLast(256 * 4))))
    let record = try await finish("sd-rec", "-n", "9600", "-f", "s16le")
    #expect(record.output.count == 9600 * 4)
    let wire = try await finish("sd-wire", "-d", "0.2")
    #expect(try FaultBench.end(wire.outputs[3] ?? []).output.delivered >= 9600)
  }

  /// At a hundredth of real time nothing would ever end.
  @Test func aDeviceThatCrawlsIsLost() async throws {
    let path = try folder.write(wave(noise(480_000)), to: "a.wav")
    for line in [
      ["sd-play", path], ["sd-rec", folder.file("b.wav")],
      ["sd-playrec", path, folder.file("c.wav")], ["sd-wire", "-q"],
    ] {
      let result = try await runTool(
        line[0], ["-D", "virtual:null", "--stall", "1", "--xrun", "ignore"] + line.dropFirst(),
        environment: virtual("crawl@9600", "block=64"), timeout: .seconds(30))
      result.expectFailure(1, "virtual:null", "device lost")
    }
  }

  @Test func lossesWithoutAFlagAreToldAndCounted() async throws {
    let result = try await runTool(
      "sd-rec", ["-D", "virtual:null", "-f", "s16le", "-d", "3"],
      environment: virtual("flags=none", "xrun@48000:12800"), timeout: .seconds(30))
    #expect(result.succeeded, "\(result)")
    #expect(result.errorText.contains("of input lost by the host"), "\(result)")
  }
}
