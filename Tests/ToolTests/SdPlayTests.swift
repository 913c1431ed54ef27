import Foundation
import TestSupport
import Testing

/// What reaches the device, sample for sample.
@Suite(.fewAtOnce) struct SdPlayTests {
  let folder: TemporaryDirectory
  private let sound = noise(4800)
  private var data: [UInt8] { bytes(of: sound) }
  private var wav: String { folder.file("a.wav") }

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(sound), to: "a.wav")
  }

  private func listening(
    _ body: nonisolated(nonsending) (VirtualTap) async throws -> Void
  ) async throws {
    try await body(try VirtualTap())
  }

  @Test func everyFrameIsPlayed() async throws {
    try await listening { tap in
      for count in [1, 10, 1023, 1024, 1025, 4800] {
        let part = Array(sound[..<(2 * count)])
        let path = try folder.write(wave(part), to: "part.wav")
        try await tap.expect(bytes(of: part), from: [path])
        try await tap.expect(
          bytes(of: part), from: ["-f", "s16le", "-r", "48000", "-c", "2"],
          stdin: .bytes(bytes(of: part)))
      }
    }
  }

  @Test func startAndLengthCutTheSound() async throws {
    try await listening { tap in
      for (arguments, range) in [
        (["-S", "100f"], 400..<19_200), (["-n", "100"], 0..<400), (["-d", "10ms"], 0..<1920),
        (["-S", "0.05", "-d", "1f"], 9600..<9604),
      ] {
        try await tap.expect(Array(data[range]), from: arguments + [wav])
      }
      for arguments in [["-d", "0"], ["-n", "0"], ["-S", "4800f"]] {
        let result = try await runTool(
          "sd-play", ["-D", "virtual:null"] + arguments + [wav], environment: tap.environment)
        result.expectSilentSuccess()
        #expect(try tap.played().isEmpty)
      }
      try await tap.expect(data, from: [wav])
    }
  }

  @Test func filesAndLoopsFollowWithoutAGap() async throws {
    let second = try folder.write(wave(noise(480, seed: 2)), to: "b.wav")
    try await listening { tap in
      let between = bytes(of: noise(480, seed: 2))
      try await tap.expect(data + between + data, from: [wav, second, wav])
      try await tap.expect(data + data + data, from: ["--loop=3", wav])
      let cut = Array((data + data + data)[..<40_000])
      try await tap.expect(cut, from: ["--loop", "-n", "10000", wav])
    }
  }

  @Test func channelsGoWhereTheMapSays() async throws {
    let left = (0..<4800).map { sound[2 * $0] }
    let mono = try folder.write(wave(left, channelCount: 1), to: "mono.wav")
    let swapped = (0..<4800).flatMap { [sound[2 * $0 + 1], sound[2 * $0]] }
    try await listening { tap in
      // Mono without a word is played on the first two channels, mapped where it says.
      try await tap.expect(bytes(of: left.flatMap { [$0, $0] }), from: [mono])
      try await tap.expect(bytes(of: left.flatMap { [0, $0] }), from: ["-m", "2", mono])
      try await tap.expect(bytes(of: left.flatMap { [$0, 0] }), from: ["-m", "1", mono])
      try await tap.expect(bytes(of: swapped), from: ["-m", "2,1", wav])
    }
  }

  @Test func rawFormatsHaveManyNames() async throws {
    let path = try folder.write(data, to: "a.raw")
    let big = try folder.write(TestSupport.swapped(data, sampleSize: 2), to: "a.s16be")
    let plain = try folder.write(data, to: "a.data")
    try await listening { tap in
      for name in ["s16le", "S16_LE", "int16", "<i2", "paInt16", "s16"] {
        try await tap.expect(data, from: ["-f", name, "-r", "48k", "-c", "2", path])
      }
      try await tap.expect(data, from: ["-r", "48000", "-c", "2", big])
      try await tap.expect(
        data, from: ["-t", "raw", "-f", "s16", "-r", "48000", "-c", "2", plain])
    }
  }

  @Test func gainIsApplied() async throws {
    try await listening { tap in
      try await play(["-g", "-20", wav], on: tap)
      let quiet = try tap.played()
      #expect(quiet.count == sound.count)
      #expect(zip(quiet, sound).allSatisfy { abs($0 - Float($1) / 327_680) < 1e-6 })
      // Floating point beyond full scale is clipped for a device.
      try await play(["-g", "20", wav], on: tap)
      let loud = try tap.played()
      #expect(loud.allSatisfy { (-1...1).contains($0) } && loud.contains(1))
    }
  }

  private func play(_ arguments: [String], on tap: VirtualTap) async throws {
    let result = try await runTool(
      "sd-play", ["-q", "-D", "virtual:null"] + arguments, environment: tap.environment)
    result.expectSilentSuccess()
  }
}

/// What sd-play says and where it ends, on the virtual device.
@Suite(.fewAtOnce) struct SdPlayWordsTests {
  let folder: TemporaryDirectory
  private var wav: String { folder.file("a.wav") }
  private let fast = virtual("pace=fast")

  init() throws {
    folder = try TemporaryDirectory()
    try folder.write(wave(noise(4800)), to: "a.wav")
  }

  @Test func clippingIsCounted() async throws {
    let result = try await runTool(
      "sd-play", ["-g", "20", "-D", "virtual:null", wav], environment: fast)
    #expect(result.succeeded)
    let clipped = noise(4800).count { abs(Double($0) / 32768 * 10) > 1 }
    #expect(result.errorText.contains("sd-play: \(clipped) samples clipped\n"), "\(result)")
  }

  @Test func aPipeIsNotLooped() async throws {
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null", "--loop=2", "-r", "48000", "-c", "2", "-f", "s16le"],
      stdin: .bytes(bytes(of: noise(480))))
    result.expectFailure(1, "stdin", "pipe")
  }

  @Test func ditherIsAddedOnlyWhereBitsAreLostAndNotForbidden() async throws {
    let tone = TestSignal.sine(
      frequency: 1000, sampleRate: 48_000, frameCount: 4800, channelCount: 2, amplitude: 0.25)
    let path = try folder.write(bytes(of: tone), to: "tone.f32le")
    func record(_ options: String...) async throws -> [Int16] {
      let result = try await runTool(
        "sd-playrec",
        ["-D", "virtual:loopback", "-q", "--compensate", "auto", "-r", "48000", "-c", "2"]
          + options + [path, "-"], environment: fast)
      result.expectSilentSuccess()
      return values(of: Int16.self, from: result.output)
    }
    let plain = try await record("--no-dither", "--record-format", "s16le")
    #expect(plain == tone.map { Int16(($0 * 32768).rounded(.toNearestOrEven)) })
    let dithered = try await record("--record-format", "s16le")
    #expect(dithered != plain)
    #expect(zip(dithered, plain).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
    let result = try await runTool(
      "sd-playrec",
      [
        "-D", "virtual:loopback", "-q", "--compensate", "auto", "-r", "48000", "-c", "2", path, "-",
      ],
      environment: fast)
    #expect(Sound(result.output) == Sound(bytes(of: tone)), "no bits are lost")
  }

  @Test func theRateOfAFileIsTheDevices() async throws {
    let path = try folder.write(wave(noise(480), rate: 8000), to: "slow.wav")
    let open = try await runTool(
      "sd-play", ["-v", "-D", "virtual:null", "-n", "80", path], environment: fast)
    #expect(open.succeeded && open.errorText.contains("output: 8000 Hz"), "\(open)")
    let chosen = try await runTool(
      "sd-play", ["-v", "-D", "virtual:null", "-n", "80", "-r", "16000", path], environment: fast)
    #expect(chosen.succeeded && chosen.errorText.contains("output: 16000 Hz"), "\(chosen)")
  }

  @Test func theRawFormatIsNoGuessAndAHeaderWins() async throws {
    let silence = ProcessInput.bytes([UInt8](repeating: 0, count: 800))
    let plain = try await runTool("sd-play", ["-D", "virtual:null"], stdin: silence)
    plain.expectSilentSuccess()
    let stated = try await runTool(
      "sd-play", ["-D", "virtual:null", "-f", "f32", "-r", "48000", "-c", "2"], stdin: silence)
    stated.expectSilentSuccess()
    let header = try await runTool(
      "sd-play", ["-D", "virtual:null", "-f", "u8", "-n", "10", "-"], stdin: .file(wav))
    #expect(header.succeeded)
    #expect(header.complaint() == "stdin: s16le (-f u8 ignored)")
  }

  @Test func whatIsNoF32leDoesNotSound() async throws {
    let sound = bytes(of: (0..<48_000).map { Int16(8000 * sin(Double($0) / 20)) })
    let refused = try await runTool(
      "sd-play", ["-D", "virtual:null"], stdin: .bytes(sound))
    refused.expectFailure(2, "stdin: not f32le (looks like s16le): say -f")
    let stated = try await runTool(
      "sd-play", ["-q", "-D", "virtual:null", "-f", "s16le", "-c", "1"], stdin: .bytes(sound),
      environment: fast)
    stated.expectSilentSuccess()
    // Live blocks of 64 frames: the first is judged, and nothing waits for the second.
    let live = Command.tool("sd-play", ["-D", "virtual:null"]).reading(.pipe)
    let result = try await withTool(live) { tool in
      try await tool.write(Array(sound.prefix(64 * 8)))
      return try await tool.finish()
    }
    result.expectFailure(2, "not f32le")
  }

  @Test func nothingIsReadFromATerminal() async throws {
    for tool in ["sd-play", "sd-playrec"] {
      let arguments = ["-D", "virtual:null"] + (tool == "sd-playrec" ? ["-", "out.wav"] : [])
      let result = try await run(Command.tool(tool, arguments).reading(.terminal))
      result.expectFailure(2, "name a file, or send sound through a pipe")
    }
  }

  @Test func sixChannelsAreMixedToTwo() async throws {
    let path = folder.file("six.flac")
    _ = try await runTool(
      "sd-cat", ["--from", "s16le:48000:6", "-o", path],
      stdin: .bytes([UInt8](repeating: 0, count: 12 * 480)))
    let mixed = try await runTool(
      "sd-play", ["-D", "virtual:null", path], environment: fast)
    #expect(mixed.succeeded, "\(mixed)")
    #expect(mixed.complaint() == "\(path): 5.1 mixed to 2 channels, without LFE")
    let whole = try await runTool(
      "sd-play", ["-D", "virtual:null", path], environment: virtual("pace=fast", "channels=6"))
    whole.expectSilentSuccess()
    let unknown = folder.file("six.au")
    _ = try await runTool("sd-cat", ["-o", unknown, path])
    try await runTool("sd-play", ["-D", "virtual:null", unknown], environment: fast)
      .expectFailure(1, "-m")
  }

  /// ALSA is given integers as they are. Its file device has no clock, so silence lies between the
  /// blocks where it was quicker than the program.
  @Test(.usesSoundServer) func alsaIsGivenIntegersAsTheyAre() async throws {
    let samples = TestSignal.noise(of: Int32.self, frameCount: 1000, channelCount: 2)
      .map { $0 | 1 }
    for (name, width) in [("s32le", 4), ("s16le", 2)] {
      let alsa = try ALSAFiles()
      let high = samples.map { Int16(truncatingIfNeeded: $0 >> 16) | 1 }
      let sound = name == "s32le" ? bytes(of: samples) : bytes(of: high)
      let path = try folder.write(sound, to: "a.\(name)")
      let result = try await runTool(
        "sd-play", ["-q", "-D", "tap", "-r", "48000", "-c", "2", path],
        environment: alsa.environment)
      result.expectSilentSuccess()
      #expect(try Sound(alsa.played(bytesPerFrame: 2 * width)) == Sound(sound), "\(name)")
    }
  }

  /// Low latency holds back what is live only.
  @Test func aFileWithLowLatencyPlaysWithoutAGap() async throws {
    let folder = try TemporaryDirectory()
    // Longer than the ring, and no multiple of a block.
    let path = try folder.write(wave(noise(60_001)), to: "a.wav")
    let result = try await runTool(
      "sd-play", ["-D", "virtual:null", "-L", "low", "--xrun", "abort", path],
      environment: virtual("block=1000"))
    result.expectSilentSuccess()
  }

  @Test func aPipeFasterThanTimePlaysWithoutAGap() async throws {
    // A block is more than a pipe gives at once.
    let result = try await runTool(
      "sd-play",
      [
        "-D", "virtual:null", "-L", "low", "--xrun", "abort", "-f", "s16", "-r", "48000", "-c", "2",
      ],
      stdin: .bytes(bytes(of: noise(60_001))), environment: virtual("block=20000"))
    result.expectSilentSuccess()
  }
}
