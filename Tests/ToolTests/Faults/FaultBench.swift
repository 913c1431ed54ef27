import Foundation
import TestSupport
import Testing

/// What the tests of faults share.
enum FaultBench {
  /// A recording of silence from a device that needs no hardware.
  static func recorder(
    _ arguments: [String], _ settings: String = "rate=48000"
  ) -> Command {
    .tool("sd-rec", ["-D", "virtual:null"] + arguments).with(environment: ["SD_VIRTUAL": settings])
  }

  static func size(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.size] as? Int ?? 0
  }

  /// Waits until something is so that takes time of its own.
  static func wait(
    _ goal: String, timeout: Duration = .seconds(60), _ isSo: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !isSo() {
      guard ContinuousClock.now < deadline else { throw ToolFailure("no \(goal) in time") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Frames of a file as sndfile-info and sox count them.
  static func frameCounts(_ path: String) async throws -> (sndfile: Int?, sox: Int?) {
    let info = try await runProgram("sndfile-info", [path]).outputText
    let frames = info.split(separator: "\n").last { $0.hasPrefix("Frames") }
      .flatMap { Int($0.filter(\.isNumber)) }
    // Decoded, as not every header knows its length.
    let sox = try await runProgram(
      "sox", ["-V1", path, "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-"])
    return (frames, sox.output.count / 2)
  }

  /// The last object of a status feed.
  static func end(_ feed: [UInt8]) throws -> Feed {
    let lines = String(decoding: feed, as: UTF8.self).split(separator: "\n")
    let last = try #require(lines.last, "a status feed has an end")
    return try JSONDecoder().decode(Feed.self, from: Data(last.utf8))
  }

  /// What the last line of a status feed says.
  struct Feed: Decodable {
    struct Counts: Decodable {
      let host_frames: Int
      let delivered: Int
      let dropped: Int
      let lost: Int
      let inserted: Int
      let discarded: Int
      let padding: Int
    }
    let event: String
    let input: Counts
    let output: Counts
    let status: Int
  }
}
