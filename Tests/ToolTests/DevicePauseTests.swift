import Foundation
import TestSupport
import Testing

/// Ctrl-Z and fg: TSTP and CONT, under a shell with job control, since TSTP stops only a program
/// that somebody can continue.
@Suite(.fewAtOnce) struct DevicePauseTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// What a status feed said last.
  struct End {
    var input: [String: Any]
    var output: [String: Any]
    var paused: Double

    init(_ feed: [UInt8]) throws {
      let line = try #require(feed.split(separator: UInt8(ascii: "\n")).last)
      let value = try JSONSerialization.jsonObject(with: Data(line))
      let object = try #require(value as? [String: Any])
      #expect(object["event"] as? String == "end")
      input = object["input"] as? [String: Any] ?? [:]
      output = object["output"] as? [String: Any] ?? [:]
      paused = object["paused"] as? Double ?? 0
    }
  }

  /// Runs a line, stops it once its feed has begun, lets it go on, and waits for its end.
  private func stopAndContinue(_ line: String) async throws -> (ToolResult, End) {
    let script = """
      set -m
      PATH="\(BuiltTool.directory):$PATH"
      \(line) --status-fd 3 3>feed &
      pid=$!
      until test -s feed; do :; done
      kill -TSTP $pid
      until read -r stat </proc/$pid/stat && case "${stat##*) }" in T*) ;; *) false;; esac; do :; done
      # How long it stands still, not a wait for anything.
      sleep 0.3
      kill -CONT $pid
      while kill -0 $pid 2>/dev/null; do wait $pid; status=$?; done
      exit $status
      """
    var command = Command.shell(script)
    command.workingDirectory = folder.path
    let result = try await run(command)
    return (result, try End(folder.read("feed")))
  }

  @Test func aRecordingGoesOnWhereItStopped() async throws {
    let (result, end) = try await stopAndContinue(
      "sd-rec -D virtual:null -f s16 -r 48000 --xrun fail -n 24000 out.wav")
    #expect(result.status == .exited(0), "\(result)")
    #expect(result.errorText.contains("paused for "), "\(result)")
    #expect(!result.errorText.contains("lost"))
    #expect(end.paused >= 0.3)
    let data = try await runTool("sd-cat", ["-f", "s16le", folder.file("out.wav")])
    #expect(data.output.count == 24_000 * 4)
  }

  @Test func aPauseIsFilledWithSilence() async throws {
    let (result, end) = try await stopAndContinue(
      "sd-rec -D virtual:null -f s16 -r 48000 --fill-gaps -n 48000 out.wav")
    #expect(result.status == .exited(0), "\(result)")
    let data = try await runTool("sd-cat", ["-f", "s16le", folder.file("out.wav")])
    let frames = data.output.count / 4
    #expect(frames >= 48_000, "\(result)")
    let delivered = try #require(end.input["delivered"] as? Int)
    #expect(Double(frames) >= min(Double(delivered), 48_000) + end.paused * 47_000)
  }

  @Test func aSoundGoesOnWhereItStopped() async throws {
    try folder.write(wave(noise(24_000)), to: "a.wav")
    let (result, end) = try await stopAndContinue("sd-play -D virtual:null --xrun fail a.wav")
    #expect(result.status == .exited(0), "\(result)")
    #expect(result.errorText.contains("paused for "), "\(result)")
    #expect(end.output["delivered"] as? Int == 24_000)
    #expect(end.output["inserted"] as? Int == 0)
  }

  @Test func aLoopbackStaysInPlace() async throws {
    let sound = noise(24_000)
    try folder.write(wave(sound), to: "a.wav")
    let (result, _) = try await stopAndContinue(
      "sd-playrec -D virtual:loopback --no-dither --compensate auto --xrun fail a.wav out.s16le")
    #expect(result.status == .exited(0), "\(result)")
    #expect(try folder.read("out.s16le").count == 24_000 * 4)
  }

  @Test func aWireGoesOn() async throws {
    let (result, end) = try await stopAndContinue("sd-wire -D virtual:null -n 24000")
    #expect(result.status == .exited(0), "\(result)")
    #expect(end.paused >= 0.3)
  }
}
