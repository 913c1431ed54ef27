import Platform
import TestSupport
import Testing

/// Hears what programs play to a server's `loopback`, with one sd-rec that goes on all the time.
struct LoopbackTap {
  let server: JACKServer
  let recorder: ToolProcess
  let bytesPerFrame: Int

  /// Records in this format for the time of the body.
  static nonisolated(nonsending) func with(
    _ server: JACKServer, format: String, bytesPerFrame: Int, channelCount: Int = 2,
    _ body: nonisolated(nonsending) (LoopbackTap) async throws -> Void
  ) async throws {
    let command = Command.tool(
      "sd-rec",
      [
        "-q", "-D", "loopback", "-f", format, "-c", "\(channelCount)", "--no-dither", "--stall",
        "10",
      ]
    ).with(environment: server.environment)
    try await withTool(command) { recorder in
      _ = try await recorder.readOutput(bytesPerFrame)
      try await body(
        LoopbackTap(server: server, recorder: recorder, bytesPerFrame: bytesPerFrame))
      recorder.send(SIGINT)
      let result = try await recorder.finish()
      #expect(result.succeeded, "\(result)")
    }
  }

  /// Expects sd-play to play just these bytes, silence before and after left out.
  nonisolated(nonsending) func expect(
    _ sound: [UInt8], from arguments: [String], stdin: ProcessInput = .null,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let heard = try await played(arguments, stdin: stdin) { $0 == sound }
    #expect(Sound(heard) == Sound(sound), "\(arguments)", sourceLocation: sourceLocation)
  }

  /// What sd-play played, once `isRight` holds of it.
  ///
  /// - Throws: ``Slip`` if something else was heard time after time.
  nonisolated(nonsending) func played(
    _ arguments: [String], stdin: ProcessInput = .null, untilTrue isRight: ([UInt8]) -> Bool
  ) async throws -> [UInt8] {
    try await patiently {
      let heard = try await played(arguments, stdin: stdin)
      guard isRight(heard) else { throw Slip(story: "\(arguments) played \(Sound(heard))") }
      return heard
    }
  }

  /// What sd-play played, without the silence before and after: from its first sample that is not
  /// silence on, until nothing has come for some periods.
  private nonisolated(nonsending) func played(
    _ arguments: [String], stdin: ProcessInput = .null
  ) async throws -> [UInt8] {
    let player = try await runTool(
      "sd-play", ["-q", "--xrun", "fail", "--stall", "10", "-D", "loopback"] + arguments,
      stdin: stdin,
      environment: server.environment)
    if player.status != .exited(3) { player.expectSilentSuccess() }
    var recording: [UInt8] = []
    let block = 4096 * bytesPerFrame
    for _ in 0..<60 {
      let frames = try await recorder.readOutput(block)
      guard frames.count == block else { throw ToolFailure("sd-rec has ended") }
      let isSilent = frames.allSatisfy { $0 == 0 }
      if isSilent, !recording.isEmpty { break }
      if !isSilent || !recording.isEmpty { recording += frames }
    }
    return trimmed(recording, bytesPerFrame: bytesPerFrame)
  }
}
