import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs the body on a private JACK server that keeps its periods as well as this machine allows: long
/// ones that wait for their clients, with real-time priority where that is permitted.
///
/// What is heard must still be compared ``patiently(attempts:_:)``.
///
/// - Parameter isSynchronous: Whether its periods wait. What it then says of latency leaves out the
///   period that its loopback adds.
nonisolated(nonsending) func withSteadyServer(
  periodSize: Int = 4096, isSynchronous: Bool = true,
  _ body: nonisolated(nonsending) (JACKServer) async throws -> Void
) async throws {
  var options = await JACKServer.Options.steady
  options.periodSize = periodSize
  options.isSynchronous = isSynchronous
  try await withJACKServer(options) { try await body($0) }
}

extension JACKServer {
  /// Expects a recording to be what was played.
  ///
  /// - Throws: ``Slip`` if it is not: a server that left a period out would be another story in the
  ///   next run, a fault of ours the same.
  func expectSame(_ recording: [UInt8], as sound: [UInt8], _ result: ToolResult) throws {
    if result.hasSlipped { throw Slip(story: "\(result)") }
    result.expectSilentSuccess()
    if recording != sound { throw Slip(story: "\(Sound(recording)) is not \(Sound(sound))") }
  }

  /// Records from `loopback` with sd-rec, from before `play` begins until `sound` has come whole.
  ///
  /// - Returns: Where in the recording it began, in frames, and how sd-rec ended.
  /// - Throws: ``Slip`` if it did not come, or somebody missed a period.
  nonisolated(nonsending) func record(
    _ sound: [UInt8], frameByteCount: Int, with arguments: [String],
    while play: nonisolated(nonsending) () async throws -> ToolResult
  ) async throws -> (position: Int, recorder: ToolResult) {
    let command = Command.tool("sd-rec", ["-D", "loopback", "--stall", "10"] + arguments)
      .with(environment: environment)
    return try await withTool(command) { recorder in
      var recording = try await recorder.readOutput(frameByteCount)
      let player = try await play()
      #expect(player.succeeded, "\(player)")
      let head = Array(sound.prefix(16 * frameByteCount))
      let most = recording.count + sound.count + 3 * 48_000 * frameByteCount
      var start: Int?
      while recording.count < most {
        recording += try await recorder.readOutput(4096 * frameByteCount)
        start = start ?? position(of: head, in: recording, frameByteCount: frameByteCount)
        guard let start, recording.count >= start * frameByteCount + sound.count else { continue }
        guard recording[(start * frameByteCount)...].starts(with: sound) else { break }
        recorder.send(SIGINT)
        let result = try await recorder.finish()
        if result.hasSlipped || player.hasSlipped { throw Slip(story: "\(player); \(result)") }
        return (start, result)
      }
      recorder.send(SIGINT)
      let result = try await recorder.finish()
      let story = differences(between: sound, and: recording, frameByteCount: frameByteCount)
      throw Slip(
        story: "\(command): what was played did not come back: \(story); \(player); \(result)")
    }
  }
}

/// Where a recording departs from what was played, for a test's log.
private func differences(
  between sound: [UInt8], and recording: [UInt8], frameByteCount: Int
) -> String {
  let head = Array(sound.prefix(16 * frameByteCount))
  guard let start = position(of: head, in: recording, frameByteCount: frameByteCount) else {
    return "not even its beginning"
  }
  let tail = recording[(start * frameByteCount)...]
  let equal = zip(sound, tail).prefix { $0 == $1 }.count / frameByteCount
  let rest = Array(sound.dropFirst(equal * frameByteCount).prefix(16 * frameByteCount))
  let next = position(of: rest, in: recording, frameByteCount: frameByteCount)
  return "it began at frame \(start), was whole for \(equal) frames and went on at "
    + (next.map { "\($0), not \(start + equal)" } ?? "no frame")
}
