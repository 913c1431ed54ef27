import Foundation
import Platform
import TestSupport
import Testing

/// A device that loses frames, stalls or goes away: the virtual host does it at an exact frame.
@Suite(.fewAtOnce) struct DeviceFaultTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
  private let silence = [UInt8](repeating: 0, count: 9600 * 4)

  // MARK: Lost and stalled devices

  @Test(arguments: ["lost@4800", "stall@4800"])
  func aRecordingEndsCompleteWithTheDevice(_ fault: String) async throws {
    for name in ["a.wav", "a.flac", "a.s16le"] {
      let result = try await runTool(
        "sd-rec", ["-D", "virtual:null", "-f", "s16le", "--stall", "1", folder.file(name)],
        environment: virtual(fault), timeout: .seconds(10))
      result.expectFailure(1, "virtual:null", "device lost")
      let data = try await runTool("sd-cat", ["-f", "s16le", folder.file(name)])
      #expect(data.output.count == 4800 * 4, "\(name): \(data)")
    }
    let pipe = try await runTool(
      "sd-rec", ["-D", "virtual:null", "--stall", "1"], environment: virtual(fault))
    #expect(pipe.status == .exited(1))
    #expect(pipe.complaint().contains("device lost"))
    #expect(pipe.output.count == 4800 * 8)
  }

  /// The frames that follow would be of another speed.
  @Test func aChangedRateEndsEveryProgram() async throws {
    let path = try folder.write(wave(noise(480_000)), to: "a.wav")
    for line in [
      ["sd-rec", folder.file("b.wav")], ["sd-play", path],
      ["sd-playrec", path, folder.file("c.wav")], ["sd-wire"],
    ] {
      let result = try await runTool(
        line[0], ["-D", "virtual:loopback"] + line.dropFirst(),
        environment: virtual("retune@4800"), timeout: .seconds(10))
      result.expectFailure(1, "virtual:loopback", "rate changed: device lost")
    }
    let back = try await runTool("sd-cat", ["-t", "raw", folder.file("b.wav")])
    #expect(back.succeeded && back.output.count >= 4800 * 6, "\(back.output.count)")
  }

  /// Nothing comes from the pipe that would show it, at all or after the first frames.
  @Test(arguments: ["lost@4800", "stall@4800"], [0, 4000])
  func aSilentWriterDoesNotHideALostDevice(_ fault: String, byteCount: Int) async throws {
    let command = Command.tool(
      "sd-play", ["-q", "-D", "virtual:null", "-t", "raw", "--stall", "1"] + Self.raw
    )
    .reading(.pipe).with(environment: virtual(fault))
    try await withTool(command) { player in
      try await player.write(Array(silence[..<byteCount]))
      let result = try await player.finish(timeout: .seconds(10))
      result.expectFailure(1, "virtual:null", "device lost")
    }
  }

  @Test(arguments: ["lost@4800", "stall@4800"])
  func everyProgramEndsWithTheDevice(_ fault: String) async throws {
    let play = try await run(
      Command.tool("sd-play", ["-D", "virtual:null", "--stall", "1"] + Self.raw)
        .reading(.file("/dev/zero")).with(environment: virtual(fault)))
    play.expectFailure(1, "virtual:null", "device lost")
    let path = try folder.write(wave(noise(9600)), to: "a.wav")
    let file = try await runTool(
      "sd-play", ["-D", "virtual:null", "--stall", "1", path], environment: virtual(fault))
    file.expectFailure(1, "virtual:null", "device lost")
    let output = folder.file("b.wav")
    let playrec = try await run(
      Command.tool(
        "sd-playrec",
        ["-D", "virtual:null", "--stall", "1", "--status-fd", "3", path, output]
      ).writing(.captured, to: 3).with(environment: virtual(fault)))
    playrec.expectFailure(1, "virtual:null", "device lost")
    let back = try await runTool("sd-cat", ["-f", "s16le", output])
    // All frames before the loss, but those that came before something was played.
    let end = try FaultBench.end(playrec.outputs[3] ?? []).input
    #expect(back.output.count / 4 == end.delivered && end.delivered > 0, "\(back)")
    #expect(end.delivered + end.discarded == 4800 && end.dropped == 0, "\(end)")
    let wire = try await runTool(
      "sd-wire", ["-q", "-D", "virtual:null", "--stall", "1"], environment: virtual(fault))
    wire.expectFailure(1, "virtual:null", "device lost")
  }

  @Test func aDeviceLostAtOnceIsLost() async throws {
    for line in [["sd-rec", folder.file("a.wav")], ["sd-wire", "-q"]] {
      let result = try await runTool(
        line[0], ["-D", "virtual:null"] + line.dropFirst(), environment: virtual("lost@0"))
      result.expectFailure(1, "device lost")
    }
    #expect(try await runTool("sd-cat", [folder.file("a.wav")]).output.isEmpty)
  }

  @Test func stallIsAsLongAsItSays() async throws {
    // Two processes on the same fault: the shorter stall time ends first.
    func command(_ stall: String) -> Command {
      .tool("sd-rec", ["-D", "virtual:null", "--stall", stall])
        .with(environment: virtual("stall@480"))
    }
    try await withTool(command("1:00:00")) { patient in
      try await patient.waitUntilRunning()
      let hasty = try await run(command("1s"))
      #expect(hasty.status == .exited(1) && hasty.errorText.contains("device lost"))
      #expect(patient.status == nil)
    }
  }

  // MARK: Lost frames

  private func record(_ arguments: String..., fault: String) async throws -> ToolResult {
    try await runTool(
      "sd-rec", ["-D", "virtual:null"] + Self.raw + arguments, environment: virtual(fault))
  }

  @Test func lossesAreToldAndCounted() async throws {
    let result = try await record("-n", "9600", fault: "xrun@4800:256")
    #expect(result.succeeded)
    // Lost frames are time that has passed.
    #expect(result.output.count == (9600 - 256) * 4)
    #expect(
      result.errorLines.first
        == "sd-rec: 256 frames of input lost by the host at frame 4800 (0.100 s)", "\(result)")
    #expect(
      result.errorLines.last == "sd-rec: frames lost: 256 of input lost by the host (1 time)",
      "\(result)")
    #expect(result.errorLines.count == 2)
  }

  /// Over a device that is not silent, so that the silence is seen to stand where the loss was.
  @Test func gapsAreFilled() async throws {
    let sound = noise(9600)
    let tap = try VirtualTap()
    let result = try await runTool(
      "sd-rec",
      ["-D", "virtual:null", "-f", "s16le", "-n", "9600", "--fill-gaps", "--no-dither"],
      environment: try tap.hearing(sound, "xrun@4800:256"))
    #expect(result.succeeded && result.errorText.contains("256"), "\(result)")
    var expected = sound
    for index in 2 * 4800..<2 * (4800 + 256) { expected[index] = 0 }
    #expect(Sound(result.output) == Sound(bytes(of: expected)))
  }

  @Test func whatLossesMeanIsChosen() async throws {
    let fault = "xrun@2400:100,xrun@4800:156"
    let ignore = try await record("-n", "9600", "--xrun", "ignore", fault: fault)
    ignore.expectSilentSuccess()
    let warn = try await record("-n", "9600", "--xrun", "warn", fault: fault)
    #expect(warn.succeeded && warn.errorText.contains("256 of input lost"), "\(warn)")
    let fail = try await record("-n", "9600", "--xrun", "fail", fault: fault)
    #expect(fail.status == .exited(3) && fail.output.count == (9600 - 256) * 4, "\(fail)")
    let abort = try await record("-n", "9600", "--xrun", "abort", fault: fault)
    #expect(abort.status == .exited(3), "\(abort)")
    #expect(abort.errorText.contains("100 frames of input lost"), "\(abort)")
    #expect(abort.output.count < (9600 - 256) * 4)
    let none = try await record("-n", "960", "--xrun", "fail", fault: fault)
    none.expectSilentSuccess()
    let quiet = try await record("-n", "9600", "-q", fault: fault)
    quiet.expectSilentSuccess()
  }

  @Test func anOpenRecordingTellsOfLossesToo() async throws {
    let command = Command.tool("sd-rec", ["-D", "virtual:null", "--xrun", "fail"])
      .with(environment: virtual("xrun@4800:256"))
    try await withTool(command) { tool in
      try await tool.waitForError(containing: "256 frames of input lost")
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(6)) == .exited(3))
    }
  }

  @Test func lossesOfOutputAreToldByThePlayers() async throws {
    let path = try folder.write(wave(noise(9600)), to: "a.wav")
    let play = try await runTool(
      "sd-play", ["-D", "virtual:null", "--xrun", "fail", path],
      environment: virtual("xrun@4800:256"))
    #expect(play.status == .exited(3))
    #expect(play.errorText.contains("256 frames of output lost by the host at frame 4800"))
    let wire = try await runTool(
      "sd-wire", ["-D", "virtual:null", "--xrun", "fail", "-d", "0.2"],
      environment: virtual("xrun@4800:256"))
    #expect(wire.status == .exited(3), "\(wire)")
    #expect(wire.errorText.contains("256 of input lost, 256 of output lost"), "\(wire)")
    let duplex = try await runTool(
      "sd-playrec", ["-D", "virtual:loopback", "--xrun", "abort", path, folder.file("b.wav")],
      environment: virtual("xrun@4800:256"))
    #expect(duplex.status == .exited(3), "\(duplex)")
    #expect(try await runTool("sd-cat", [folder.file("b.wav")]).succeeded)
  }

  @Test func theFirstLossEndsADuplexRecordingAndTakesNothingFromIt() async throws {
    let (path, output) = (try folder.write(wave(noise(48_000)), to: "a.wav"), folder.file("b.wav"))
    let result = try await run(
      Command.tool(
        "sd-playrec",
        ["-D", "virtual:loopback", "--xrun", "abort", "--status-fd", "3", path, output]
      ).writing(.captured, to: 3).with(environment: virtual("xrun@30000:500")))
    #expect(result.status == .exited(3), "\(result)")
    #expect(result.errorText.contains("500 frames of input lost by the host at frame 30000"))
    let end = try FaultBench.end(result.outputs[3] ?? []).input
    #expect(end.delivered == end.host_frames && end.dropped == 0 && end.lost == 500, "\(end)")
    let back = try await runTool("sd-cat", ["-f", "s16le", output])
    #expect(back.output.count / 4 == end.delivered && end.delivered > 30_000, "\(back)")
    // While the silence of the tail is fed, too, the loss is what is told.
    let tail = try await runTool(
      "sd-playrec",
      [
        "-D", "virtual:loopback", "--xrun", "abort", "-B", "0.1", "-f", "s16le", "-r", "48000",
        "-c", "2", "--tail", "10", "-", output,
      ], environment: virtual("xrun@48000:500"))
    #expect(tail.status == .exited(3), "\(tail)")
    #expect(tail.errorText.contains("500 frames of input lost by the host"), "\(tail)")
    #expect(!tail.errorText.contains("stopped"), "\(tail)")
  }

  @Test func whatLiesBeyondTheLengthIsNotDroppedByTheLossThatReachesIt() async throws {
    let command = Command.tool(
      "sd-rec",
      [
        "-D", "virtual:null", "--xrun", "abort", "-f", "s16le", "-r", "48000", "-n", "30100",
        "--status-fd", "3",
      ]
    ).writing(.captured, to: 3).with(environment: virtual("xrun@30000:500"))
    let result = try await run(command)
    #expect(result.status == .exited(3), "\(result)")
    #expect(result.output.count == 30_000 * 8 / 2, "\(result)")
    let end = try FaultBench.end(result.outputs[3] ?? []).input
    #expect(end.delivered == 30_000 && end.dropped == 0 && end.lost == 100, "\(end)")
    #expect(end.discarded == end.host_frames - 30_000 && end.discarded > 0, "\(end)")
  }

  // MARK: Slow neighbours

  /// What the numbers in a line of the program come to.
  private func number(before word: String, in text: String) -> Int? {
    let words = text.split { $0 == " " || $0 == "\n" || $0 == "," }
    guard let index = words.firstIndex(of: Substring(word)), index > 0 else { return nil }
    return Int(words[index - 1])
  }

  @Test func aSlowReaderLosesWhatTheRingDoesNotHoldAndItIsCounted() async throws {
    // 16384 frames is the least a ring may hold; the pipe holds some as well.
    let command = Command.tool(
      "sd-rec", ["-D", "virtual:null", "-B", "0.1", "--status-fd", "3"] + Self.raw
    ).writing(.onDemand).writing(.captured, to: 3)
    try await withTool(command) { tool in
      try await tool.waitForStatus("something is dropped") {
        (number(before: "dropped", in: $0) ?? 0) > 0
      }
      tool.drain()
      try await tool.waitForError(containing: "input overflow: ")
      tool.send(SIGINT)
      let result = try await tool.finish()
      #expect(result.succeeded, "\(result)")
      let feed = (result.outputs[3] ?? []).split(separator: UInt8(ascii: "\n"))
      let end = try #require(
        JSONSerialization.jsonObject(with: Data(feed.last ?? [])) as? [String: Any])
      let input = try #require(end["input"] as? [String: Any])
      let delivered = try #require(input["delivered"] as? Int)
      let dropped = try #require(input["dropped"] as? Int)
      #expect(delivered == result.output.count / 4 && dropped > 0, "\(input)")
      #expect(input["host_frames"] as? Int == delivered + dropped, "\(input)")
      #expect(result.errorLines.last == "sd-rec: frames lost: \(dropped) dropped")
    }
  }

  @Test func aReaderThatStallsForLessThanTheBufferLosesNothing() async throws {
    let command = Command.tool("sd-rec", ["-D", "virtual:null", "-d", "0.8", "-B", "5"] + Self.raw)
      .writing(.onDemand)
    try await withTool(command) { tool in
      // Nothing is read until all of it has been recorded.
      try await tool.waitForStatus("all is in the ring") {
        (number(before: "frames", in: $0) ?? 0) >= 38_400
      }
      tool.drain()
      let result = try await tool.finish()
      #expect(result.succeeded && result.output.count == 38_400 * 4, "\(result)")
      #expect(!result.errorText.contains("input dropped"))
    }
  }

  @Test func aSlowWriterIsToldOnceAndLosesNothing() async throws {
    let command = Command.tool("sd-play", ["-v", "-D", "virtual:null"] + Self.raw).reading(.pipe)
      .with(environment: virtual("block=64"))
    try await withTool(command) { tool in
      try await tool.write(Array(silence[..<9600]))
      // All that it was given is played, the last part of a block too; then there is silence.
      try await tool.waitForStatus("all is played") {
        $0.contains(" 2400 frames played") && !$0.contains(" 0 inserted")
      }
      try await tool.write(Array(silence[..<9600]))
      try await tool.waitForStatus("the rest is played") { $0.contains(" 4800 frames played") }
      tool.closeInput()
      let result = try await tool.finish()
      #expect(result.succeeded, "\(result)")
      #expect(result.errorText.contains("prebuffer is now"))
      #expect(result.errorLines.last?.contains("of silence inserted") == true, "\(result)")
    }
  }

  // MARK: Accounts

  @Test func theStatusFeedTellsAll() async throws {
    let command = Command.tool(
      "sd-rec", ["-q", "-D", "virtual:null", "--status-fd", "3", "-n", "9600"] + Self.raw
    ).with(environment: virtual("xrun@4800:256", "block=128")).writing(.captured, to: 3)
    let result = try await run(command)
    let lines = (result.outputs[3] ?? []).split(separator: UInt8(ascii: "\n"))
    let events = try lines.map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }
    let start = try #require(events.first)
    #expect(start["event"] as? String == "start")
    #expect(
      start["rate"] as? Int == 48_000 && start["device"] as? String == "virtual:null, Virtual")
    #expect(abs((start["time"] as? Double ?? 0) - Date().timeIntervalSince1970) < 60)
    let loss = try #require(events.first { $0["event"] as? String == "loss" })
    #expect(loss["frame"] as? Int == 4800 && loss["frames"] as? Int == 256)
    #expect(loss["direction"] as? String == "input" && loss["estimated"] as? Bool == false)
    let end = try #require(events.last)
    #expect(end["event"] as? String == "end" && end["status"] as? Int == 0)
    let input = try #require(end["input"] as? [String: Any])
    #expect(input["lost"] as? Int == 256 && input["dropped"] as? Int == 0)
    #expect(end["clipped"] as? Int == 0)
  }

  @Test func levelsAreFedOnceASecond() async throws {
    let full = [Int16](repeating: .min, count: 2 * 9600)
    let path = try folder.write(wave(full), to: "full.wav")
    let command = Command.tool(
      "sd-play", ["-D", "virtual:null", "--status-fd", "3", "-g", "-6.020599913", path]
    ).writing(.captured, to: 3)
    let result = try await run(command)
    let text = String(decoding: result.outputs[3] ?? [], as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.contains("levels") })
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    let levels = try #require((object as? [String: Any])?["peak_db"] as? [Double])
    #expect(levels.count == 2 && levels.allSatisfy { abs($0 + 6.02) < 0.01 }, "\(line)")
  }

  @Test func freewheelingIsSaidOnceAndIsNoLoss() async throws {
    let result = try await runTool(
      "sd-rec", ["-D", "virtual:null", "-n", "400000", "--xrun", "fail"] + Self.raw,
      environment: virtual("pace=fast"))
    #expect(result.succeeded)
    #expect(result.errorLines == ["sd-rec: host is freewheeling"])
  }
}
