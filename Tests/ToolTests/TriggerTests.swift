import Foundation
import PCM
import SoundFile
import TestSupport
import Testing

/// Recordings of events only, and recordings that silence ends.
@Suite(.fewAtOnce) struct TriggerTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// Mono sound in which each frame of a burst is distinct, and the rest is quiet noise.
  private func sound(_ frameCount: Int, bursts: [Range<Int>]) -> [Float] {
    var samples = (0..<frameCount).map { Float($0 % 50 + 1) / 32768 }
    for burst in bursts {
      for frame in burst { samples[frame] = 0.5 + Float(frame % 1024) / 4096 }
    }
    return samples
  }

  /// Records what the device hears, as mono floats.
  private func record(
    _ sound: [Float], _ arguments: [String], to path: String? = nil, settings: String = ""
  ) async throws -> ToolResult {
    let heard = try folder.write(bytes(of: sound), to: "heard.f32")
    return try await runTool(
      "sd-rec",
      ["-D", "virtual:null", "-r", "48000", "-c", "1", "-n", "\(sound.count)"] + arguments
        + [path].compactMap(\.self),
      environment: virtual("pace=fast,input=\(heard)\(settings)"))
  }

  private func events(_ result: ToolResult) throws -> [[String: Any]] {
    try result.outputText.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func samples(_ name: String) throws -> [Float] {
    Array(try AudioFile(path: folder.file(name)).read(as: Float.self).samples)
  }

  @Test func aBurstBeginsItsFileExactly() async throws {
    let sound = sound(400_000, bursts: [96_000..<100_000, 300_000..<300_001])
    // The length is that of the events: more than there are, and the device ends.
    let result = try await record(
      sound,
      [
        "--trigger", "-20", "--before", "0.5", "--hold", "4800f", "--split", "1:00:00", "-f", "f32",
        "--status-fd", "1",
      ], to: folder.file("take.wav"), settings: ",lost@400000")
    #expect(result.status == .exited(1), "\(result)")
    #expect(try samples("take-001.wav") == Array(sound[72_000..<104_800]))
    #expect(try samples("take-002.wav") == Array(sound[276_000..<304_801]))
    #expect(try folder.names().filter { $0.hasPrefix("take") }.count == 2)
    let events = try events(result)
    let triggers = events.filter { $0["event"] as? String == "trigger" }
    #expect(triggers.map { $0["state"] as? String } == ["begin", "end", "begin", "end"])
    #expect(triggers.map { $0["frame"] as? Int } == [0, 32_800, 32_800, 61_601])
    #expect(triggers.map { $0["untriggered"] as? Int } == [72_000, 0, 171_200, 0])
    let start = try #require(events.first { $0["event"] as? String == "start" }?["time"] as? Double)
    for (trigger, frame) in zip(triggers, [72_000, 104_800, 276_000, 304_801]) {
      let time = try #require(trigger["time"] as? Double)
      #expect(abs(time - start - Double(frame) / 48_000) < 0.001)
    }
    let end = try #require(events.last)
    let input = try #require(end["input"] as? [String: Any])
    #expect(end["events"] as? Int == 2 && end["untriggered"] as? Int == 400_000 - 61_601)
    #expect(input["delivered"] as? Int == 61_601 && input["dropped"] as? Int == 0)
    #expect(input["discarded"] as? Int == 400_000 - 61_601 && input["lost"] as? Int == 0)
  }

  @Test func inOneFileAndInAPipeTheEventsFollowEachOther() async throws {
    let sound = sound(200_000, bursts: [20_000..<20_100, 150_000..<150_100])
    let options = ["-q", "--trigger", "-20", "--before", "0", "--hold", "0", "-f", "f32"]
    let path = folder.file("take.wav")
    _ = try await record(sound, options, to: path, settings: ",lost@200000")
    let expected = Array(sound[20_000..<20_100] + sound[150_000..<150_100])
    #expect(try samples("take.wav") == expected)
    let pipe = try await record(sound, options, settings: ",lost@200000")
    #expect(values(of: Float.self, from: pipe.output) == expected)
  }

  @Test func theLengthIsThatOfTheEvents() async throws {
    let sound = sound(200_000, bursts: [20_000..<20_100, 150_000..<150_100])
    let heard = try folder.write(bytes(of: sound), to: "heard.f32")
    let result = try await runTool(
      "sd-rec",
      [
        "-q", "-D", "virtual:null", "-c", "1", "-n", "150", "--trigger", "-20", "--before", "0",
        "--hold", "0",
      ], environment: virtual("pace=fast,input=\(heard)"))
    result.expectSilentSuccess()
    #expect(
      values(of: Float.self, from: result.output)
        == Array(sound[20_000..<20_100] + sound[150_000..<150_050]))
  }

  @Test func withoutAnEventASeriesHasNoFile() async throws {
    let quiet = [Float](repeating: 0.001, count: 48_000)
    let result = try await record(
      quiet, ["-v", "--trigger", "-40", "--split", "10"], to: folder.file("take.wav"),
      settings: ",lost@48000")
    #expect(try folder.names() == ["heard.f32"])
    #expect(!result.errorText.contains("frames lost"), "\(result)")
  }

  @Test func theGainCountsBeforeTheLevel() async throws {
    let sound = sound(50_000, bursts: [20_000..<20_100])
    let options = ["-q", "--before", "0", "--hold", "0", "-g", "-40"]
    let none = try await record(sound, options + ["--trigger", "-30"], settings: ",lost@50000")
    #expect(none.output.isEmpty)
    let some = try await record(sound, options + ["--trigger", "-50"], settings: ",lost@50000")
    #expect(some.output.count == 400)
  }

  @Test func silenceEndsTheRecordingOnceSomethingWasHeard() async throws {
    let sound = sound(400_000, bursts: [100_000..<101_000, 150_000..<150_010])
    let result = try await record(
      sound, ["-q", "--until-silence", "2", "--status-fd", "1", "-f", "f32"],
      to: folder.file("take.wav"))
    result.expectSilentSuccess()
    #expect(try samples("take.wav") == Array(sound[..<246_010]))
    let end = try #require(try events(result).last)
    #expect(end["status"] as? Int == 0)
    #expect((end["input"] as? [String: Any])?["dropped"] as? Int == 0)
  }

  @Test func silenceAlsoEndsWaitingForTheNextEvent() async throws {
    let sound = sound(400_000, bursts: [100_000..<101_000])
    let result = try await record(
      sound,
      ["-q", "--trigger", "-20", "--before", "0", "--hold", "10ms", "--until-silence", "1"])
    result.expectSilentSuccess()
    #expect(values(of: Float.self, from: result.output) == Array(sound[100_000..<101_480]))
  }

  @Test func verboseNamesTheLevel() async throws {
    let result = try await record(
      sound(48_000, bursts: [1000..<2000]), ["-v", "--until-silence", "10"],
      to: folder.file("take.wav"))
    #expect(result.errorText.contains("level: peak -"), "\(result)")
  }

  @Test(arguments: [
    (["--before", "1"], "--before: needs --trigger"), (["--hold", "1"], "--hold: needs --trigger"),
    (["--trigger", "40"], "did you mean -40?"), (["--until-silence", "0"], "not a length of time"),
    (["--trigger", "loud"], "--trigger"),
  ]) func mistakesAreNamed(_ arguments: [String], _ complaint: String) async throws {
    let result = try await runTool(
      "sd-rec", ["-D", "virtual:null"] + arguments + [folder.file("take.wav")])
    result.expectFailure(2, complaint)
    #expect(try folder.names().isEmpty)
  }

  @Test func aLongPreRollIsRefusedBeforeItFillsTheMemory() async throws {
    let result = try await runTool(
      "sd-rec", ["-D", "virtual:null", "--trigger", "-40", "--before", "9:00:00", "-c", "1"],
      environment: virtual("pace=fast"))
    result.expectFailure(1, "at most")
  }
}

/// Long stretches of zeros.
@Suite(.fewAtOnce) struct SilenceNoticeTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func heard() throws -> String {
    var samples = [Float](repeating: 0, count: 600_000)
    samples[4800] = 0.1
    samples[590_000] = 0.1
    return try folder.write(bytes(of: samples), to: "heard.f32")
  }

  private func silences(_ feed: String) throws -> [[String: Any]] {
    try feed.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }.filter { $0["event"] as? String == "silence" }
  }

  private func expect(_ result: ToolResult, from frame: Int) throws {
    #expect(result.succeeded, "\(result)")
    let silences = try silences(result.outputText)
    #expect(silences.map { $0["state"] as? String } == ["begin", "end"], "\(result)")
    #expect(silences.map { $0["frame"] as? Int } == [frame, 590_000])
    let times = silences.compactMap { $0["time"] as? Double }
    #expect(times.count == 2 && abs(times[1] - times[0] - Double(590_000 - frame) / 48_000) < 0.001)
    #expect(result.errorText.contains("every sample is zero since frame \(frame)"), "\(result)")
    #expect(result.errorText.contains("sound again at frame 590000"), "\(result)")
  }

  @Test func tenSecondsOfZerosAreWorthALine() async throws {
    let result = try await runTool(
      "sd-rec",
      [
        "-D", "virtual:null", "-r", "48000", "-c", "1", "-n", "600000", "--status-fd", "1",
        folder.file("take.wav"),
      ], environment: virtual("pace=fast,input=\(try heard())"))
    try expect(result, from: 4801)
  }

  @Test func theInputOfADuplexStreamToo() async throws {
    let sound = try folder.write([UInt8](repeating: 0, count: 4 * 600_000), to: "silence.f32le")
    let result = try await runTool(
      "sd-playrec",
      [
        "-D", "virtual:null", "-c", "1", "--status-fd", "1", sound, folder.file("take.wav"),
      ], environment: virtual("pace=fast,input=\(try heard())"))
    try expect(result, from: 4801)
  }
}
