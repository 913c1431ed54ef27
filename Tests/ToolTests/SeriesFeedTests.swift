import Foundation
import TestSupport
import Testing

/// The status feed of a recording in several files.
@Suite struct SeriesFeedTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  @Test func eachFileIsReportedWithItsFirstFrame() async throws {
    let result = try await runTool(
      "sd-rec",
      [
        "-q", "-D", "virtual:null", "-r", "48000", "-c", "1", "-n", "4800", "--split", "2000f",
        "--status-fd", "1", folder.file("take.wav"),
      ], environment: ["SD_VIRTUAL": "pace=fast"])
    #expect(result.succeeded, "\(result)")
    let events = try result.outputText.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let files = events.filter { $0["event"] as? String == "file" }
    #expect(files.map { $0["frame"] as? Int } == [0, 2000, 4000], "\(result)")
    #expect(files.map { $0["name"] as? String } == (1...3).map { folder.file("take-00\($0).wav") })
    // A clock that is faster than real time is simulated, names and times included.
    let start = try #require(events.first { $0["event"] as? String == "start" }?["time"] as? Double)
    for (file, frame) in zip(files, [0, 2000, 4000]) {
      let time = try #require(file["time"] as? Double)
      #expect(abs(time - start - Double(frame) / 48_000) < 0.000_01, "\(result)")
    }
  }
}
