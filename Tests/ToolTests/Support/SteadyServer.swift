import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The server, or a program on it, missed a period in this run: nothing follows from it.
struct Slip: Error {}

/// Runs the body on a private JACK server that keeps its periods as well as this machine allows:
/// long ones, with real-time priority where that is permitted. Runs it again, on a new server, if
/// it throws ``Slip``.
nonisolated(nonsending) func withSteadyServer(
  periodSize: Int = 1024, _ body: nonisolated(nonsending) (JACKServer) async throws -> Void
) async throws {
  var options = JACKServer.Options()
  options.periodSize = periodSize
  options.isRealtime = await Realtime.isAllowed
  for attempt in 1...4 {
    do {
      return try await withJACKServer(options) { try await body($0) }
    } catch is Slip {
      if attempt == 4 { throw ToolFailure("the server slipped in each of \(attempt) runs") }
    }
  }
}

/// Whether processes here may have real-time priority.
private enum Realtime {
  static var isAllowed: Bool {
    get async { await probe.value }
  }

  private static let probe = Task {
    let result = try? await runProgram("chrt", ["-f", "60", "true"])
    return result?.succeeded == true
  }
}

extension JACKServer {
  /// Throws ``Slip`` if the server said that it missed a period, or a run lost frames.
  func throwIfSlipped(_ results: ToolResult...) throws {
    if messages.lowercased().contains("xrun") || results.contains(where: \.hasSlipped) {
      throw Slip()
    }
  }

  /// Records from `loopback` with sd-rec, from before `play` begins until `sound` has come whole.
  ///
  /// - Returns: Where in the recording it began, in frames, and how sd-rec ended.
  /// - Throws: ``Slip`` if it did not come and somebody missed a period.
  nonisolated(nonsending) func record(
    _ sound: [UInt8], frameByteCount: Int, with arguments: [String],
    while play: nonisolated(nonsending) () async throws -> ToolResult
  ) async throws -> (position: Int, recorder: ToolResult) {
    let command = Command.tool("sd-rec", ["-D", "loopback"] + arguments)
      .with(environment: environment)
    return try await withTool(command) { recorder in
      var recording = try await recorder.readOutput(frameByteCount)
      let player = try await play()
      #expect(player.succeeded, "\(player)")
      let most = recording.count + sound.count + 10 * 48_000 * frameByteCount
      while recording.count < most {
        recording += try await recorder.readOutput(4096 * frameByteCount)
        guard recording.count >= sound.count,
          let start = position(of: sound, in: recording, frameByteCount: frameByteCount)
        else { continue }
        recorder.send(SIGINT)
        return (start, try await recorder.finish())
      }
      recorder.send(SIGINT)
      let result = try await recorder.finish()
      try throwIfSlipped(player, result)
      throw ToolFailure("\(command): what was played did not come back: \(result)")
    }
  }
}
