import Foundation
import Platform
import TestSupport
import Testing

/// Periods that a JACK server skips for a late client, known only by the clock.
@Suite(.requires("jackd", "jack_lsp"), .usesSoundServer) struct JACKLossTests {
  /// A recorder that is stopped again and again misses periods. The frames are numbered, so the
  /// recording itself shows how many.
  @Test func theFeedCountsEveryMissedFrame() async throws {
    let folder = try TemporaryDirectory()
    let numbers = TestSignal.frameNumbers(frameCount: 960_000, channelCount: 1)
    try folder.write(bytes(of: numbers), to: "numbers")
    let raw = ["-q", "-D", "loopback", "-t", "raw", "-f", "f32le", "-c", "1"]
    try await withSteadyServer(periodSize: 1024, isSynchronous: false) { server in
      try await expectShare("losses of a recording over JACK counted") {
        let player = Command.tool("sd-play", raw + ["-L", "0.2", folder.file("numbers")])
          .with(environment: server.environment)
        return try await withTool(player) { player in
          try await player.waitUntilRunning()
          let (missed, reported) = try await record(raw, folder, server)
          player.send(SIGINT)
          _ = try await player.finish()
          print("missed \(missed) frames, reported \(reported)")
          return missed >= 5 * 1024 && missed == reported
        }
      }
    }
  }

  /// Records six seconds, stopped twenty times: the frames that are missing between the numbered
  /// ones, and those in the feed.
  private func record(_ raw: [String], _ folder: TemporaryDirectory, _ server: JACKServer)
    async throws -> (missed: Int, reported: Int)
  {
    let recorder = Command.tool(
      "sd-rec", raw + ["-d", "6", "--status-fd", "1", folder.file("take")]
    ).with(environment: server.environment)
    let result = try await withTool(recorder) { recorder in
      try await recorder.waitUntilRunning()
      for _ in 0..<20 {
        try await Task.sleep(for: .milliseconds(200))
        recorder.send(SIGSTOP)
        try await Task.sleep(for: .milliseconds(30))
        recorder.send(SIGCONT)
      }
      return try await recorder.finish()
    }
    #expect(result.succeeded, "\(result)")
    let end = try #require(
      result.outputText.split(separator: "\n").last.flatMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }?["input"] as? [String: Any])
    let samples = values(of: Float.self, from: try folder.read("take"))
    let frames = samples.compactMap { TestSignal.frameNumber(of: $0, channelCount: 1)?.frame }
    #expect(frames.count == samples.count, "every frame was played")
    let span = try #require(frames.last) - (try #require(frames.first))
    return (span - (frames.count - 1), try #require(end["lost"] as? Int))
  }
}
