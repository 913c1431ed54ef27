import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Hears what programs play to a server's `loopback`, with one sd-rec that goes on all the time.
struct LoopbackTap {
  let server: JACKServer
  let recorder: ToolProcess
  let frameByteCount: Int

  /// Records in this format for the time of the body.
  static nonisolated(nonsending) func with(
    _ server: JACKServer, format: String, frameByteCount: Int, channelCount: Int = 2,
    _ body: nonisolated(nonsending) (LoopbackTap) async throws -> Void
  ) async throws {
    let command = Command.tool(
      "sd-rec",
      [
        "-D", "loopback", "-f", format, "-c", "\(channelCount)", "--no-dither", "--xrun", "abort",
      ]
    ).with(environment: server.environment)
    try await withTool(command) { recorder in
      _ = try await recorder.readOutput(frameByteCount)
      let tap = LoopbackTap(server: server, recorder: recorder, frameByteCount: frameByteCount)
      do {
        try await body(tap)
        recorder.send(SIGINT)
        let result = try await recorder.finish()
        if result.status == .exited(3) { throw Slip() }
        result.expectSilentSuccess()
      } catch {
        if recorder.status == .exited(3) { throw Slip() }
        throw error
      }
    }
  }

  /// What sd-play played, without the silence before and after: from its first sample that is not
  /// silence on, until nothing has come for some periods.
  nonisolated(nonsending) func played(
    _ arguments: [String], stdin: ProcessInput = .null
  ) async throws -> [UInt8] {
    let player = try await runTool(
      "sd-play", ["-q", "--xrun", "fail", "-D", "loopback"] + arguments, stdin: stdin,
      environment: server.environment)
    if player.status == .exited(3) { throw Slip() }
    player.expectSilentSuccess()
    var recording: [UInt8] = []
    let block = 4096 * frameByteCount
    for _ in 0..<200 {
      let frames = try await recorder.readOutput(block)
      guard frames.count == block else { throw Slip() }
      let isSilent = frames.allSatisfy { $0 == 0 }
      if isSilent, !recording.isEmpty { break }
      if !isSilent || !recording.isEmpty { recording += frames }
    }
    return trimmed(recording, frameByteCount: frameByteCount)
  }
}
