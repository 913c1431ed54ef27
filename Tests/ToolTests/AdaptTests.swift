import Foundation
import TestSupport
import Testing

/// Two clocks: `virtual:null` drifts beside `virtual:loopback`, in time that runs as fast as it can.
@Suite(.fewAtOnce) struct AdaptTests {
  /// The last object of the feed.
  private func feed(_ result: ToolResult) throws -> [String: Any] {
    let lines = try result.outputText.split(separator: "\n").map {
      try #require(
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    return try #require(lines.last)
  }

  private func counts(_ end: [String: Any], _ direction: String) throws -> [String: Int] {
    let counts = try #require(end[direction] as? [String: Any])
    return counts.compactMapValues { $0 as? Int }
  }

  @Test(arguments: [500.0, -500]) func theWireFollowsTwoClocks(_ drift: Double) async throws {
    let length = 120 * 48_000
    let result = try await runTool(
      "sd-wire",
      [
        "-i", "virtual:null", "-o", "virtual:loopback", "-c", "1", "-L", "100ms", "-n", "\(length)",
        "--status-fd", "1",
      ], environment: virtual("drift=\(Int(drift))", "pace=fast"))
    #expect(result.succeeded, "\(result)")
    #expect(result.errorText.contains("have clocks of their own: resampling"), "\(result)")
    let end = try feed(result)
    let (input, output) = (try counts(end, "input"), try counts(end, "output"))
    #expect(output["delivered"] == length && output["inserted"] == 0, "\(end)")
    #expect(
      output["host_frames"] == length + (output["padding"] ?? 0) + (output["inserted"] ?? 0))
    let handedOver = (input["delivered"] ?? 0) + (input["discarded"] ?? 0) + (input["dropped"] ?? 0)
    #expect(input["host_frames"] == handedOver && input["dropped"] == 0, "\(end)")
    // As fast as threads get their turn there is no time to find a ratio by: that it is found, and
    // locks, is proved on simulated time by RateControllerTests.
    let ratio = try #require(end["ratio"] as? [String: Any])
    let ppm = try #require(ratio["ppm"] as? Double)
    #expect(abs(ppm) <= 1000, "\(ratio)")
  }

  @Test func aWireOfTwoClocksMayBeRefused() async throws {
    let devices = ["-i", "virtual:null", "-o", "virtual:loopback", "-d", "1"]
    let refused = try await runTool("sd-wire", devices + ["--no-resample"])
    refused.expectFailure(1, "--no-resample", "clocks of their own")
    let wrong = try await runTool("sd-wire", devices + ["--no-resample", "--adapt"])
    wrong.expectFailure(2, "--adapt", "--no-resample")
    let one = try await runTool(
      "sd-wire", ["-D", "virtual:null", "--no-resample", "-n", "4800"])
    #expect(one.succeeded && one.errorText.contains("4800 frames"), "\(one)")
  }

  /// A writer that waits for room is no clock: all of it is played, at ratio 1.
  ///
  /// In real time: a device that goes as fast as its writer makes any writer look like a clock.
  @Test func aWriterThatWaitsIsPlayedWhole() async throws {
    let folder = try TemporaryDirectory()
    let count = 200_000
    // A ramp is resampled to itself at ratio 1, but for its ends.
    let ramp = (0..<count).map { Float($0) / Float(2 * count) }
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null", "-c", "1", "--adapt", "-L", "50ms", "--status-fd", "1"],
      stdin: .bytes(bytes(of: ramp)),
      environment: virtual("channels=1", "output=\(folder.file("played"))"))
    #expect(result.succeeded, "\(result)")
    let end = try feed(result)
    let output = try counts(end, "output")
    #expect(output["delivered"] == count && output["inserted"] == 0, "\(end)")
    #expect(output["discarded"] == 0, "\(end)")
    #expect(output["host_frames"] == count + (output["padding"] ?? 0), "\(end)")
    let ratio = try #require(end["ratio"] as? [String: Any])
    #expect(ratio["ppm"] as? Double == 0 && ratio["cuts"] as? Int == 0, "\(ratio)")
    let played = values(of: Float.self, from: try folder.read("played"))
    let first = try #require(played.firstIndex { $0 > 0.25 })
    let source = try #require(ramp.firstIndex { $0 > 0.25 })
    for offset in 0..<50_000 {
      try #require(abs(played[first + offset] - ramp[source + offset]) < 1e-5, "\(offset)")
    }
  }

  @Test func adaptingNeedsResampling() async throws {
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null", "--adapt", "--no-resample"], stdin: .bytes([]))
    result.expectFailure(2, "--adapt", "--no-resample")
  }

  @Test func filesKeepNoTime() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("sound.f32le")
    try folder.write(bytes(of: [Float](repeating: 0.25, count: 9600)), to: "sound.f32le")
    let result = try await runTool(
      "sd-play", ["-v", "-D", "virtual:null", "--adapt", "-c", "1", path],
      environment: virtual("pace=fast", "output=\(folder.file("played"))", "channels=1"))
    #expect(result.succeeded && result.errorText.contains("files keep no time"), "\(result)")
    #expect(
      values(of: Float.self, from: try folder.read("played")).filter { $0 == 0.25 }.count == 9600)
  }
}
