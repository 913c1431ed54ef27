import Platform
import TestSupport
import Testing

/// Runs the body on a private JACK server that keeps its periods as well as this machine allows: long
/// ones that wait for their clients, with real-time priority where that is permitted.
///
/// What is heard may still differ in a run: compare with ``expectShare(_:of:atLeast:_:)``.
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
  /// Whether a recording is what was played, and nothing was reported.
  func isSame(_ recording: [UInt8], as sound: [UInt8], _ result: ToolResult) -> Bool {
    result.succeeded && result.errorLines.isEmpty && recording == sound
  }

  /// Expects all that `play` plays to come back, in most runs: records from `loopback` with sd-rec,
  /// from before `play` begins until as much has come.
  nonisolated(nonsending) func expectBack(
    _ sound: [UInt8], bytesPerFrame: Int, with arguments: [String],
    from play: nonisolated(nonsending) () async throws -> ToolResult
  ) async throws {
    try await expectShare("\(sound.count) bytes over JACK, \(arguments)") {
      let (recording, player, recorder) = try await record(
        sound, bytesPerFrame: bytesPerFrame, with: arguments, from: play)
      #expect(player.succeeded && recorder.succeeded, "\(player); \(recorder)")
      return position(of: sound, in: recording, bytesPerFrame: bytesPerFrame) != nil
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
