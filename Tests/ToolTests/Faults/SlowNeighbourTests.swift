import Foundation
import TestSupport
import Testing

/// Readers and writers that take their time.
@Suite struct SlowNeighbourTests {
  /// A recorder of mono bytes, so that a pipe of 64 kB holds little of the time.
  private func recorder(_ arguments: [String], _ settings: String = "rate=48000") -> Command {
    FaultBench.recorder(["-c", "2", "-f", "f32le", "--status-fd", "3"] + arguments, settings)
      .writing(.onDemand).writing(.captured, to: 3)
  }

  @Test func aReaderThatStallsForLessThanTheBufferLosesNothing() async throws {
    try await withTool(recorder(["-q", "-d", "3", "--xrun", "fail"])) { (tool) async throws in
      _ = try await tool.readOutput(8)
      // The ring holds ten seconds.
      try await Task.sleep(for: .seconds(2))
      tool.drain()
      let result = try await tool.finish(timeout: .seconds(60))
      #expect(result.status == .exited(0), "\(result.errorText)")
      #expect(result.output.count == 3 * 48_000 * 8 - 8)
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.dropped == 0 && end.delivered == 3 * 48_000)
    }
  }

  @Test func aReaderThatStallsForLongerLosesWhatTheLedgerSays() async throws {
    // The least ring is 16384 frames, a third of a second, and the pipe takes a sixth.
    let command = recorder(["-d", "4", "-B", "0.1", "--xrun", "fail"])
    try await withTool(command) { (tool) async throws in
      let first = try await tool.readOutput(8)
      try await Task.sleep(for: .seconds(2))
      tool.drain()
      let result = try await tool.finish(timeout: .seconds(60))
      #expect(result.status == .exited(3), "\(result.errorText)")
      let received = (first.count + result.output.count) / 8
      let end = try FaultBench.end(result.outputs[3] ?? [])
      #expect(end.status == 3)
      #expect(end.input.dropped > 0)
      #expect(received == end.input.delivered)
      #expect(received + end.input.dropped == 4 * 48_000)
      #expect(
        end.input.delivered + end.input.dropped + end.input.discarded == end.input.host_frames)
      #expect(result.errorText.contains("frames lost: \(end.input.dropped) dropped"))
    }
  }

  @Test func withLowLatencyWhatAHeldUpReaderLeavesStandingIsDroppedAndSaid() async throws {
    try await withTool(recorder(["-L", "low", "--xrun", "fail"])) { (tool) async throws in
      var receivedCount = 0
      func readBlocks(_ count: Int, paced: Bool) async throws {
        let start = ContinuousClock.now
        for index in 0..<count {
          receivedCount += try await tool.readOutput(256 * 8).count
          if paced { try await Task.sleep(until: start + .milliseconds(16) / 3 * (index + 1)) }
        }
      }
      try await readBlocks(100, paced: false)
      // Less than the ring holds, and then no faster than the sound goes on.
      try await Task.sleep(for: .milliseconds(60))
      try await readBlocks(150, paced: true)
      tool.send(SIGINT)
      tool.drain()
      let result = try await tool.finish()
      #expect(result.status == .exited(3), "\(result.errorText)")
      #expect(result.errorText.contains("input overflow: "))
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.dropped >= 256)
      #expect((receivedCount + result.output.count) / 8 == end.delivered)
      #expect(end.delivered + end.dropped + end.discarded == end.host_frames)
    }
  }

  @Test(arguments: [false, true])
  func theFirstLossEndsARecordingAndTakesNothingFromIt(_ isStopped: Bool) async throws {
    let command = recorder(["-q", "-B", "2", "--xrun", "abort"], "rate=48000,xrun@30000:500")
    try await withTool(command) { (tool) async throws in
      var receivedCount = try await tool.readOutput(8).count
      // The pipe is full long before; the loss lies in the ring, with more behind it.
      try await Task.sleep(for: .seconds(1))
      if isStopped { tool.send(SIGINT) }
      tool.drain()
      let result = try await tool.finish()
      #expect(result.status == .exited(3), "\(result.errorText)")
      receivedCount += result.output.count
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.lost == 500 && end.dropped == 0)
      #expect(receivedCount / 8 == end.delivered && end.delivered > 35_000)
    }
  }

  @Test func lostTimeIsFilledToTheFrame() async throws {
    let command = recorder(
      ["-q", "-d", "3", "-B", "0.1", "--fill-gaps"], "rate=48000,xrun@1000:500,xrun@60000:2400")
    try await withTool(command) { (tool) async throws in
      let first = try await tool.readOutput(8)
      try await Task.sleep(for: .seconds(1))
      tool.drain()
      let result = try await tool.finish(timeout: .seconds(60))
      #expect(result.succeeded)
      #expect(first.count + result.output.count == 3 * 48_000 * 8)
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.lost == 2900)
      #expect(end.delivered + end.dropped + end.discarded == end.host_frames)
    }
  }

  @Test func silenceStandsWhereInputWasDropped() async throws {
    let folder = try TemporaryDirectory()
    let ramp = (0..<5 * 48_000).map { Int16($0 % 30_000 + 1) }
    let command = Command.tool(
      "sd-playrec",
      [
        "-D", "virtual:loopback", "--no-dither", "-B", "0.7", "-t", "raw", "-f", "s16le",
        "-r", "48000", "-c", "1", "--status-fd", "3", try folder.write(bytes(of: ramp), to: "ramp"),
        "-",
      ]
    ).with(environment: ["SD_VIRTUAL": "rate=48000,channels=1"])
      .writing(.onDemand).writing(.captured, to: 3)
    try await withTool(command) { (tool) async throws in
      var recorded = try await tool.readOutput(2)
      // More than ring and pipe hold; and then so slowly that much still waits when more is kept.
      try await Task.sleep(for: .seconds(3))
      for _ in 0..<40 {
        recorded += try await tool.readOutput(7000)
        try await Task.sleep(for: .milliseconds(30))
      }
      tool.drain()
      let result = try await tool.finish(timeout: .seconds(60))
      recorded += result.output
      #expect(try FaultBench.end(result.outputs[3] ?? []).input.dropped > 0)
      let samples = stride(from: 0, to: recorded.count, by: 2).map {
        Int16(truncatingIfNeeded: Int(recorded[$0]) | Int(recorded[$0 + 1]) << 8)
      }
      let delay = try #require(samples.firstIndex { $0 != 0 })
      let displaced = samples.indices.filter { samples[$0] != 0 && samples[$0] != ramp[$0 - delay] }
      #expect(samples.count == ramp.count && displaced.isEmpty, "\(displaced.count) displaced")
    }
  }

  @Test func memoryStaysBoundedWhateverTheReaderDoes() async throws {
    // A hundred times real time, against a reader that takes nothing.
    let command = recorder(["-q"], "rate=768000,channels=2,block=8192")
    try await withTool(command) { (tool) async throws in
      _ = try await tool.readOutput(8)
      let before = residentKilobytes(tool)
      try await Task.sleep(for: .seconds(2))
      let after = residentKilobytes(tool)
      // The ring's pages are touched when it is made: nothing grows from then on.
      #expect(after - before < 4096, "\(before) kB, then \(after) kB")
      tool.send(SIGINT)
      let result = try await tool.finish()
      let end = try FaultBench.end(result.outputs[3] ?? []).input
      #expect(end.dropped > 0)
      #expect(end.delivered + end.dropped + end.discarded == end.host_frames)
    }
  }

  @Test func aSlowWriterIsSilenceAndNothingElse() async throws {
    let command = Command.tool(
      "sd-play",
      [
        "-q", "-D", "virtual:null", "-f", "s16le", "-r", "48000", "-c", "1", "--status-fd", "3",
        "--xrun", "fail",
      ]
    ).with(environment: ["SD_VIRTUAL": "rate=48000,block=64"]).reading(.pipe)
      .writing(.captured, to: 3)
    let sound = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 9600, channelCount: 1))
    try await withTool(command) { (tool) async throws in
      try await tool.write(Array(sound[..<9600]))
      // The feed begins when the device does.
      _ = try await tool.readOutput(1, from: 3)
      try await Task.sleep(for: .milliseconds(600))
      try await tool.write(Array(sound[9600...]))
      tool.closeInput()
      let result = try await tool.finish()
      #expect(result.status == .exited(3), "\(result.errorText)")
      let end = try FaultBench.end(result.outputs[3] ?? []).output
      #expect(end.delivered == 9600)
      #expect(end.inserted > 0)
      #expect(end.delivered + end.inserted + end.padding == end.host_frames)
    }
  }

  private func residentKilobytes(_ tool: ToolProcess) -> Int {
    let text = try? String(
      contentsOfFile: "/proc/\(tool.processIdentifier)/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
