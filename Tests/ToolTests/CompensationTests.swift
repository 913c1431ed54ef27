import Foundation
import TestSupport
import Testing

/// The round trip, measured.
@Suite(.fewAtOnce) struct CompensationTests {
  private let sound = bytes(of: (0..<9600).map { Int16(truncatingIfNeeded: 7919 * ($0 + 1)) })

  @Test(arguments: ["latency=256", "latency=999", "latency=4800", "block=100,latency=1"])
  func measuringBringsEveryFrameBackInPlace(_ settings: String) async throws {
    let result = try await loop(
      sound, "--compensate", "measure", environment: virtual("pace=fast", settings))
    #expect(result.succeeded, "\(result)")
    #expect(result.output == sound, "\(result.output.count) bytes of \(sound.count)")
  }

  @Test func theLagIsPrintedAndTheLedgerIsExact() async throws {
    let folder = try TemporaryDirectory()
    try folder.write(sound, to: "in.s16le")
    let result = try await runTool(
      "sd-playrec",
      [
        "-D", "virtual:loopback", "--no-dither", "-r", "48000", "-c", "2", "--compensate",
        "measure", "--status-fd", "1", folder.file("in.s16le"), folder.file("out.s16le"),
      ], environment: virtual("pace=fast", "latency=700"))
    #expect(result.succeeded, "\(result)")
    #expect(result.errorText.contains("round trip of 700 frames measured"), "\(result)")
    #expect(try folder.read("out.s16le") == sound)
    let line = try #require(result.outputText.split(separator: "\n").last)
    let end = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    for (direction, rest) in [("input", "discarded"), ("output", "padding")] {
      let counts = try #require(end[direction] as? [String: Any])
      let delivered = try #require(counts["delivered"] as? Int)
      let left = try #require(counts[rest] as? Int)
      #expect(counts["host_frames"] as? Int == delivered + left, "\(counts)")
    }
    let input = try #require(end["input"] as? [String: Any])
    #expect(input["delivered"] as? Int == sound.count / 4, "\(input)")
  }

  /// Never a head cut by a number that is none.
  @Test func nonsenseOfAHostCompensatesNothing() async throws {
    let arguments = ["-D", "virtual:loopback", "--compensate", "auto", "--no-dither"]
    let raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
    let result = try await run(
      Command.tool("sd-playrec", arguments + raw).reading(.bytes(sound))
        .with(environment: virtual("pace=fast", "latency=garbage")))
    #expect(result.succeeded, "\(result)")
    #expect(
      result.errorLines == [
        "sd-playrec: --compensate auto: the host reports no round trip; nothing compensated, "
          + "try measure"
      ])
    // The loopback gives back a block later, and the end is not recorded.
    let start = try #require(
      position(of: Array(sound.prefix(4000)), in: result.output, bytesPerFrame: 4))
    #expect(start > 0 && result.output.count == sound.count)
  }

  @Test(.requires("pulseaudio", "pactl"), .usesSoundServer)
  func aSoundServerKnowsNoRoundTrip() async throws {
    let folder = try TemporaryDirectory()
    try folder.write(wave(noise(4800)), to: "in.wav")
    try await withPulseServer { server in
      let result = try await runTool(
        "sd-playrec",
        ["-D", "pulse", "--compensate", "auto", folder.file("in.wav"), folder.file("out.wav")],
        environment: server.environment)
      #expect(result.succeeded, "\(result)")
      #expect(result.errorText.contains("reports no round trip; nothing compensated"), "\(result)")
    }
  }

  @Test func withoutAPeakNothingIsRecorded() async throws {
    let folder = try TemporaryDirectory()
    try folder.write(sound, to: "in.s16le")
    let path = folder.file("out.s16le")
    let result = try await runTool(
      "sd-playrec",
      ["-D", "virtual:null", "--compensate", "measure", folder.file("in.s16le"), path],
      environment: virtual("pace=fast"))
    result.expectFailure(1, "--compensate measure", "no single clear peak")
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
