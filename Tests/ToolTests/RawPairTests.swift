import Foundation
import TestSupport
import Testing

/// The law of every pipe: give the reader the same -r and -c as the writer, none included, and
/// pitch, length and channels are right, whatever the file was.
@Suite(.fewAtOnce) struct RawPairTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  static let songs = [
    Song(type: "wav", format: "s16", rate: 48_000, channelCount: 2, words: []),
    Song(type: "wav", format: "s16", rate: 44_100, channelCount: 2, words: ["44100 to 48000 Hz"]),
    Song(
      type: "flac", format: "s24", rate: 96_000, channelCount: 1,
      words: ["96000 to 48000 Hz, 1 to 2 channels"]),
    Song(
      type: "au", format: "s32", rate: 8000, channelCount: 1,
      words: ["8000 to 48000 Hz, 1 to 2 channels, s32le to f32le"]),
    Song(type: "wav", format: "f64", rate: 48_000, channelCount: 2, words: ["f64le to f32le"]),
    Song(type: "caf", format: "f32", rate: 22_050, channelCount: 2, words: ["22050 to 48000 Hz"]),
    Song(
      type: "flac", format: "s16", rate: 48_000, channelCount: 6,
      words: ["5.1 mixed to 2 channels, without LFE"]),
  ]

  /// The same options for the writer and for its reader.
  static let options: [[String]] = [
    [], ["-r", "16k"], ["-c", "1"], ["-r", "44100", "-c", "2"],
  ]

  private func check(
    _ path: String, _ song: Song, frameCount: Int, _ options: [String], _ context: String
  ) async throws {
    let result = try await SoundContents(of: path)
    let rate = options.contains("16k") ? 16_000.0 : options.contains("44100") ? 44_100 : 48_000
    let channelCount = options.contains("1") ? 1 : 2
    #expect(result.rate == rate && result.channelCount == channelCount, "\(context)")
    let length = (Double(frameCount) * rate / Double(song.rate)).rounded()
    #expect(result.frameCount == Int(length), "\(context)")
    // The first channel's tone is loudest on the left, the second's on the right.
    for channel in 0..<channelCount {
      let source = min(channel, song.channelCount - 1)
      let found = result.level(Song.hertz(source), channel: channel)
      let expected = song.level(mixedTo: channelCount)
      #expect(abs(found - expected) < 0.01, "\(context): \(found) for \(expected)")
    }
  }

  @Test(arguments: songs, options)
  func whatWasWrittenIsWhatIsRead(_ song: Song, _ options: [String]) async throws {
    let (path, frameCount) = try await song.make(in: folder)
    let writer = Command.tool("sd-cat", options + [path])
    let readers = [
      ("sd-cat", Command.tool("sd-cat", options + ["-o", folder.file("cat.wav")]), "cat.wav"),
      (
        "sd-playrec",
        Command.tool(
          "sd-playrec",
          options + [
            "-q", "-D", "virtual:loopback", "--compensate", "256", "-", folder.file("rec.wav"),
          ]
        ).with(environment: virtual("pace=fast")), "rec.wav"
      ),
    ]
    for (name, reader, output) in readers {
      let stages = try await runPipeline([writer, reader])
      #expect(stages[1].succeeded && stages[0].succeeded, "\(stages)")
      #expect(stages[1].errorLines.isEmpty, "\(stages)")
      try await check(
        folder.file(output), song, frameCount: frameCount, options, "\(name) \(options)")
    }
    // What no option asked for is said.
    if options.isEmpty {
      let stages = try await runPipeline([writer, readers[0].1])
      #expect(stages[0].errorLines == song.words.map { "sd-cat: \(path): \($0)" })
    }
    // A player delivers as many frames as there are.
    let stages = try await runPipeline([
      writer,
      .tool(
        "sd-play", options + ["-D", "virtual:null", "--status-fd", "1", "-q"]
      ).with(environment: virtual("pace=fast")),
    ])
    let end = stages[1].outputText.split(separator: "\n").last ?? ""
    let rate = options.contains("16k") ? 16_000.0 : options.contains("44100") ? 44_100 : 48_000
    let length = Int((Double(frameCount) * rate / Double(song.rate)).rounded())
    #expect(end.contains("\"delivered\":\(length),"), "\(stages[1])")
  }

  @Test func manyChannelsWithoutALayoutAreNotMixed() async throws {
    let song = Song(type: "au", format: "s16", rate: 48_000, channelCount: 6, words: [])
    let (path, _) = try await song.make(in: folder)
    let refused = try await runTool("sd-cat", [path])
    refused.expectFailure(1, "6 channels without a known layout cannot be mixed to 2", "-m")
    let chosen = try await runTool("sd-cat", ["-m", "3,1", path])
    chosen.expectSilentSuccess()
    #expect(chosen.output.count == 24_000 * 8)
  }

  @Test func ownSamplesAreNotTouched() async throws {
    let sound = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 999, channelCount: 1))
    let path = folder.file("own.au")
    _ = try await runTool(
      "sd-cat", ["--from", "s16le:44100:1", "-o", path], stdin: .bytes(sound))
    // An .au is big-endian; its samples come out in the machine's order.
    let raw = try await runTool("sd-cat", ["-t", "raw", path])
    raw.expectSilentSuccess()
    #expect(Sound(raw.output) == Sound(sound))
    let stated = try await runTool("sd-cat", ["-f", "s16le", path])
    #expect(Sound(stated.output) == Sound(sound))
    #expect(
      stated.errorText
        == "sd-cat: stdout: 44100 Hz, 1 channel; its reader needs -r 44100 -c 1\n")
    let quiet = try await runTool(
      "sd-cat", ["-f", "s16le", path], environment: ["SD_RATE": "44100", "SD_CHANNELS": "1"])
    quiet.expectSilentSuccess()
    #expect(Sound(quiet.output) == Sound(sound))
  }

  @Test func theEnvironmentIsTheRuleOfBothSides() async throws {
    let song = Self.songs[1]
    let (path, _) = try await song.make(in: folder)
    let environment = ["SD_RATE": "22050", "SD_CHANNELS": "1", "SD_FORMAT": "s16le"]
    let written = try await runTool("sd-cat", [path], environment: environment)
    #expect(written.output.count == 11_025 * 2)
    #expect(
      written.errorLines == ["sd-cat: \(path): 44100 to 22050 Hz, 2 to 1 channel"])
    let named = try await runTool("sd-cat", ["-q", path], environment: ["SD_FORMAT": "cd"])
    #expect(named.output.count == 22_050 * 4)
  }

  // MARK: Recorders

  @Test(
    arguments: [
      ([], "rate=44100", 48_000, 2), (["-r", "44100"], "rate=48000", 44_100, 2),
      (["-c", "1"], "rate=96000", 48_000, 1), ([], "channels=1", 48_000, 2),
      ([], "channels=8", 48_000, 2), (["-m", "2"], "rate=44100", 48_000, 1),
      (["-c", "2"], "channels=1", 48_000, 2),
    ] as [([String], String, Int, Int)])
  func aRecorderWritesTheRawFormatWhateverTheDeviceIs(
    options: [String], device: String, rate: Int, channelCount: Int
  ) async throws {
    let recorder = Command.tool("sd-rec", ["-q", "-D", "virtual:null", "-d", "0.25"] + options)
      .with(environment: virtual("pace=fast", device))
    // A map is no option of a reader; the channels it leaves are.
    let same = options.first == "-m" ? ["-c", "1"] : options
    let stages = try await runPipeline([
      recorder, .tool("sd-cat", same + ["-o", folder.file("take.wav")]),
    ])
    #expect(stages.allSatisfy { $0.succeeded && $0.errorLines.isEmpty }, "\(stages)")
    let result = try await SoundContents(of: folder.file("take.wav"))
    #expect(result.rate == Double(rate) && result.channelCount == channelCount)
    #expect(result.frameCount == rate / 4)
  }

  @Test func aRecordingOfWhatIsPlayedIsRawToo() async throws {
    let song = Self.songs[1]
    let (path, frameCount) = try await song.make(in: folder)
    let environment = virtual("pace=fast")
    func record(_ arguments: String...) async throws -> Int {
      let result = try await runTool(
        "sd-playrec", ["-q", "-D", "virtual:loopback"] + arguments, environment: environment)
      result.expectSilentSuccess()
      return result.output.count
    }
    #expect(try await record(path) == frameCount * 8)
    #expect(try await record("-c", "1,2", path) == frameCount * 4)
    #expect(try await record("--record-format", "s16le", path) == frameCount * 4)
  }
}
