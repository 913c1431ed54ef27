import Foundation
import TestSupport
import Testing

/// Recordings and playback that begin at a wall time.
@Suite(.fewAtOnce) struct StartTimeTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// In two seconds, as text and in seconds since 1970.
  private func soon() throws -> (text: String, time: Double) {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let text = (Date() + 2).formatted(style)
    return (text, try Date(text, strategy: style).timeIntervalSince1970)
  }

  private func events(_ feed: String) throws -> [[String: Any]] {
    try feed.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func startTime(_ events: [[String: Any]]) throws -> Double {
    try #require(events.first { $0["event"] as? String == "start" }?["time"] as? Double)
  }

  @Test func theFirstFrameRecordedIsTheOneOfThatTime() async throws {
    let ramp = (0..<200_000).map { Float($0) / 262_144 }
    let heard = try folder.write(bytes(of: ramp), to: "heard.f32")
    let soon = try soon()
    let result = try await runTool(
      "sd-rec",
      [
        "-q", "-D", "virtual:null", "-r", "48000", "-c", "1", "-n", "1000", "--split", "1:00",
        "--at", soon.text, "--status-fd", "1", "-t", "raw", "-f", "f32", folder.file("take.raw"),
      ], environment: virtual("pace=fast,input=\(heard)"))
    result.expectSilentSuccess()
    let events = try events(result.outputText)
    let file = try #require(events.first { $0["event"] as? String == "file" })
    let fileTime = try #require(file["time"] as? Double)
    #expect(abs(fileTime - soon.time) < 0.6 / 48_000)
    let skipped = Int(((soon.time - (try startTime(events))) * 48_000).rounded())
    let frames = values(of: Float.self, from: try folder.read("take-001.raw"))
    // Its clock counts nanoseconds.
    let first = try #require(frames.first)
    #expect(abs(Int(first * 262_144) - skipped) <= 1 && frames.count == 1000)
    #expect(frames == Array(ramp[Int(first * 262_144)...].prefix(1000)))
    let input = try #require(events.last?["input"] as? [String: Any])
    #expect(input["dropped"] as? Int == 0 && input["delivered"] as? Int == 1000)
  }

  @Test func theFirstFramePlayedIsHeardAtThatTime() async throws {
    let tap = try VirtualTap()
    let sound = try folder.write(bytes(of: [Int16](repeating: 8192, count: 2 * 480)), to: "a.s16le")
    let soon = try soon()
    var environment = tap.environment
    environment["SD_VIRTUAL"] = "pace=fast,block=256,output=\(tap.folder.file("played.f32"))"
    let result = try await runTool(
      "sd-play",
      ["-q", "-D", "virtual:null", "--at", soon.text, "--status-fd", "1", sound],
      environment: environment)
    result.expectSilentSuccess()
    let events = try events(result.outputText)
    let played = values(of: Float.self, from: try tap.folder.read("played.f32"))
    let first = try #require(played.firstIndex { $0 != 0 }) / 2
    let wanted = (soon.time - (try startTime(events))) * 48_000
    // The device plays a block after it took it.
    #expect(abs(Double(first + 256) - wanted) <= 1.5, "\(first), \(wanted)")
    #expect(try tap.played().count == 960)
    let output = try #require(events.last?["output"] as? [String: Any])
    #expect(output["delivered"] as? Int == 480 && output["inserted"] as? Int == 0)
  }

  @Test func aSignalEndsTheWait() async throws {
    let command = Command.tool(
      "sd-rec", ["-v", "-D", "virtual:null", "--at", "+1:00:00", folder.file("take.wav")]
    ).with(environment: virtual("pace=fast"))
    let result = try await withTool(command) { process in
      let deadline = ContinuousClock.now + .seconds(60)
      while !process.errorText.contains("waiting for") {
        try #require(ContinuousClock.now < deadline, "\(process.errorText)")
        try await Task.sleep(for: .milliseconds(5))
      }
      process.send(SIGINT)
      return try await process.finish(timeout: .seconds(20))
    }
    #expect(result.succeeded, "\(result)")
  }

  @Test(arguments: ["sd-rec", "sd-play"], ["2020-01-01T00:00", "noon"])
  func mistakesAreNamed(_ program: String, _ when: String) async throws {
    let result = try await runTool(
      program, ["-D", "virtual:null", "--at", when], environment: virtual("pace=fast"))
    result.expectFailure(2, "--at")
  }

  @Test func followingAClockBeginsWhenItCan() async throws {
    let result = try await runTool("sd-play", ["-D", "virtual:null", "--at", "+5", "--adapt"])
    result.expectFailure(2, "--at", "--adapt")
  }
}
