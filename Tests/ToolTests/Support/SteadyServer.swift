import Platform
import TestSupport
import Testing

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

  /// Expects all that `play` plays to come back: records from `loopback` with sd-rec, from before
  /// `play` begins until as much has come, as often as it takes to hear every part of `sound`.
  ///
  /// - Throws: ``Slip`` if a part did not come in any run.
  nonisolated(nonsending) func expectBack(
    _ sound: [UInt8], bytesPerFrame: Int, with arguments: [String],
    from play: nonisolated(nonsending) () async throws -> ToolResult
  ) async throws {
    var unheard = UnheardParts(of: sound, byteCount: 2 * options.periodSize * bytesPerFrame)
    try await patiently {
      let (recording, player, recorder) = try await record(
        sound, bytesPerFrame: bytesPerFrame, with: arguments, from: play)
      #expect(player.succeeded && recorder.succeeded, "\(player); \(recorder)")
      if !player.hasSlipped, !recorder.hasSlipped { recorder.expectSilentSuccess() }
      unheard.listen(to: recording, bytesPerFrame: bytesPerFrame)
      guard unheard.isEmpty else {
        throw Slip(story: "unheard: \(unheard); \(player); \(recorder)")
      }
    }
  }

  private nonisolated(nonsending) func record(
    _ sound: [UInt8], bytesPerFrame: Int, with arguments: [String],
    from play: nonisolated(nonsending) () async throws -> ToolResult
  ) async throws -> (recording: [UInt8], player: ToolResult, recorder: ToolResult) {
    let command = Command.tool("sd-rec", ["-D", "loopback", "--stall", "10"] + arguments)
      .with(environment: environment)
    return try await withTool(command) { recorder in
      var recording = try await recorder.readOutput(bytesPerFrame)
      let player = try await play()
      let head = Array(sound.prefix(16 * bytesPerFrame))
      var end = recording.count + sound.count + 3 * 48_000 * bytesPerFrame
      var isFound = false
      while recording.count < end {
        recording += try await recorder.readOutput(4096 * bytesPerFrame)
        guard !isFound,
          let start = position(of: head, in: recording, bytesPerFrame: bytesPerFrame)
        else { continue }
        isFound = true
        end = start * bytesPerFrame + sound.count
      }
      recorder.send(SIGINT)
      return (recording, player, try await recorder.finish())
    }
  }
}

/// The parts of a sound that no recording had yet. Each begins in the middle of the one before, so
/// that whatever follows upon what is heard together somewhere.
///
/// A server that leaves a period out leaves out another the next time; a fault of ours would be in
/// the same place.
private struct UnheardParts: CustomStringConvertible {
  private let sound: [UInt8]
  private var parts: [Range<Int>]

  init(of sound: [UInt8], byteCount: Int) {
    self.sound = sound
    parts = stride(from: 0, to: max(1, sound.count - byteCount / 2), by: byteCount / 2)
      .map { $0..<min($0 + byteCount, sound.count) }
  }

  var isEmpty: Bool { parts.isEmpty }
  var description: String {
    "\(parts.count) parts, the first at byte \(parts.first?.lowerBound ?? 0)"
  }

  mutating func listen(to recording: [UInt8], bytesPerFrame: Int) {
    parts.removeAll {
      position(of: Array(sound[$0]), in: recording, bytesPerFrame: bytesPerFrame) != nil
    }
  }
}
