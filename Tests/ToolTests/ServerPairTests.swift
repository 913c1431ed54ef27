import TestSupport
import Testing

/// The law of every pipe over real servers: whatever rate a server runs at, pitch, length and
/// channels are right if the reader gets the same options as the writer.
///
/// Each pair is one run. A server on a shared machine may skip a period, so one run in a door's may
/// differ; the counts are printed.
@Suite(.usesSoundServer) struct ServerPairTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  static let songs = [
    Song(type: "wav", format: "s16", rate: 44_100, channelCount: 2, seconds: 1),
    Song(type: "au", format: "s32", rate: 8000, channelCount: 1, seconds: 1),
    Song(type: "flac", format: "s24", rate: 96_000, channelCount: 6, seconds: 1),
  ]
  static let options: [[String]] = [[], ["-r", "16k"], ["-c", "1"]]

  /// A device that returns what is played on it.
  struct Door {
    var device: String
    var playing: [String: String?]
    var recording: [String: String?]
  }

  @Test(arguments: [44_100, 48_000]) func overJACK(_ rate: Int) async throws {
    var options = await JACKServer.Options.steady
    options.sampleRate = rate
    options.periodSize = 1024
    try await withJACKServer(options) { server in
      let door = Door(
        device: "loopback", playing: server.environment, recording: server.environment)
      try await expectPairs("JACK at \(rate) Hz", door)
    }
  }

  @Test(arguments: [44_100, 48_000]) func overPulse(_ rate: Int) async throws {
    try await withPulseServer(sampleRate: rate) { server in
      let door = Door(device: "pulse", playing: server.environment, recording: server.environment)
      try await expectPairs("PulseAudio at \(rate) Hz", door)
    }
  }

  @Test(.requiresPipeWire, arguments: ["default", "pulse"])
  func overPipeWire(_ device: String) async throws {
    try await withPipeWire([.init("speakers", rate: 44_100)]) { server in
      let monitor = ["PULSE_SOURCE": "speakers.monitor"]
      if device == "default" {
        // ALSA's pipewire device has no monitor of its own: record through the other door.
        let door = Door(
          device: device, playing: server.environment, recording: server.environment)
        try await expectPairs(
          "PipeWire's \(device)", door, hearing: "pulse",
          server.environment.merging(monitor) { $1 })
      } else {
        let both = server.environment.merging(monitor) { $1 }
        try await expectPairs(
          "PipeWire's \(device)", Door(device: device, playing: both, recording: both))
      }
    }
  }

  /// What a run heard, and what was wrong with it.
  private struct Run {
    var name: String
    var fault: String?
  }

  private func expectPairs(
    _ name: String, _ door: Door, hearing: String? = nil, _ heard: [String: String?]? = nil
  ) async throws {
    var ears = door
    ears.device = hearing ?? door.device
    ears.recording = heard ?? door.recording
    var runs: [Run] = []
    for (number, song) in Self.songs.enumerated() {
      let (path, _) = try await song.make(in: folder)
      // Every song plain, one with all options.
      for options in number == 0 ? Self.options : [[]] {
        let title = "\(song) \(options)"
        runs.append(
          Run(
            name: "sd-cat | sd-play, \(title)",
            fault: try await played(song, path, options, door, ears)))
      }
    }
    for options in Self.options + [["-r", "44100", "-c", "2"], ["-m", "2"]] {
      runs.append(
        Run(name: "sd-rec | sd-cat, \(options)", fault: try await recorded(options, ears)))
    }
    let wrong = runs.filter { $0.fault != nil }
    print("pairs over \(name): right in \(runs.count - wrong.count) of \(runs.count) runs")
    #expect(wrong.count <= 1, "\(name): \(wrong)")
  }

  // MARK: Pairs

  /// `sd-cat song | sd-play`, heard by a recorder that states everything.
  private func played(
    _ song: Song, _ path: String, _ options: [String], _ door: Door, _ ears: Door
  ) async throws -> String? {
    let recorder = Command.tool(
      "sd-rec", ["-q", "-D", ears.device, "-f", "f32le", "-r", "48000", "-c", "2"]
    ).with(environment: ears.recording)
    return try await withTool(recorder) { recorder in
      var recording = try await recorder.readOutput(8 * 480)
      let stages = try await runPipeline([
        .tool("sd-cat", options + [path]),
        .tool("sd-play", options + ["-D", door.device]).with(environment: door.playing),
      ])
      #expect(stages.allSatisfy { $0.succeeded }, "\(stages)")
      // A server may hold back as much as two seconds.
      var sound = SoundContents([], rate: 48_000, channelCount: 2)
      for _ in 0..<30 {
        recording += try await recorder.readOutput(8 * 4800)
        sound = SoundContents(recording, rate: 48_000, channelCount: 2)
        let tail = SoundContents(Array(recording.suffix(8 * 9600)), rate: 48_000, channelCount: 2)
        if sound.audible.frameCount > 24_000, tail.audible.frameCount == 0 { break }
      }
      let count = options.contains("1") ? 1 : 2
      let level = song.level(mixedTo: count)
      return fault(sound.audible, seconds: song.seconds) { channel in
        // One channel is played on both sides.
        (Song.hertz(song.channelCount == 1 || count == 1 ? 0 : channel), level)
      }
    }
  }

  /// `sd-rec | sd-cat -o`, while a song sounds.
  private func recorded(_ options: [String], _ door: Door) async throws -> String? {
    var song = Self.songs[0]
    song.seconds = 6
    let (path, _) = try await song.make(in: folder)
    let player = Command.tool("sd-play", ["-q", "-D", door.device, path])
      .with(environment: door.playing)
    return try await withTool(player) { player in
      let ears = Command.tool(
        "sd-rec", ["-q", "-D", door.device, "-f", "f32le", "-r", "48000", "-c", "2"]
      ).with(environment: door.recording)
      try await withTool(ears) { ears in
        // The song sounds.
        try await eventually("the song to sound") {
          let block = SoundContents(
            try await ears.readOutput(8 * 480), rate: 48_000, channelCount: 2)
          return block.audible.frameCount > 0
        }
      }
      let take = folder.file("take.wav")
      // A map is no option of a reader; the channels it leaves are.
      let same = options.first == "-m" ? ["-c", "1"] : options
      let stages = try await runPipeline([
        Command.tool("sd-rec", ["-q", "-D", door.device, "-d", "0.5"] + options)
          .with(environment: door.recording),
        .tool("sd-cat", same + ["-o", take]),
      ])
      #expect(stages.allSatisfy { $0.succeeded && $0.errorLines.isEmpty }, "\(stages)")
      let result = try await SoundContents(of: take)
      let rate = options.contains("16k") ? 16_000.0 : options.contains("44100") ? 44_100 : 48_000
      let count = options.contains("1") || options.first == "-m" ? 1 : 2
      #expect(result.rate == rate && result.channelCount == count, "\(options)")
      #expect(result.frameCount == Int(rate / 2), "\(options): \(result.frameCount) frames")
      return fault(result, seconds: 0.5) { channel in
        (Song.hertz(options.first == "-m" ? 1 : channel), options.contains("1") ? nil : 0.25)
      }
    }
  }

  /// What is wrong with a sound of these tones; nil if nothing is.
  ///
  /// - Parameter tone: The frequency and the level of a channel; the level may be any above -24 dB.
  private func fault(
    _ sound: SoundContents, seconds: Double, tone: (Int) -> (hertz: Double, level: Double?)
  ) -> String? {
    let length = Double(sound.frameCount) / sound.rate
    // PulseAudio's monitor keeps back the first 40 ms of a sound at another rate than the sink's,
    // whoever plays.
    guard length > seconds - 0.05, length < 1.02 * seconds else { return "\(length) s" }
    for channel in 0..<sound.channelCount {
      let (hertz, level) = tone(channel)
      let found = sound.level(hertz, channel: channel)
      let isRight = level.map { abs(found - $0) < 0.15 * $0 } ?? (found > 0.06)
      guard isRight else { return "channel \(channel): \(found) at \(hertz) Hz, not \(level ?? 1)" }
    }
    return nil
  }
}
