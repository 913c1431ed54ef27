import TestSupport
import Testing

/// sd-cat against the programs its users have.
@Suite struct SdCatInteropTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private let noise = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 5000, channelCount: 2))

  private func wav() async throws -> String {
    let path = folder.file("noise.wav")
    let result = try await runTool(
      "sd-cat", ["--from", "s16le:44100:2", "-o", path], stdin: .bytes(noise))
    #expect(result.succeeded, "\(result)")
    return path
  }

  @Test(.requires("sox"))
  func soxReadsWhatWeWriteAndWeReadWhatItWrites() async throws {
    let path = try await wav()
    #expect(try await Sound(runProgram("sox", [path, "-t", "raw", "-"]).output) == Sound(noise))
    for type in ["wav", "au", "aiff", "flac"] {
      let stages = try await runPipeline([
        .program("sox", [path, "-t", type, "-"]), .tool("sd-cat", ["-f", "s16le"]),
      ])
      #expect(Sound(stages[1].output) == Sound(noise), "\(type): \(stages)")
    }
    // The lengths of a WAV on a pipe are unknown; sox calls that a warning.
    let stages = try await runPipeline([
      .tool("sd-cat", ["-t", "wav", path]),
      .program("sox", ["-V1", "--ignore-length", "-t", "wav", "-", "-t", "raw", "-"]),
    ])
    #expect(Sound(stages[1].output) == Sound(noise))
  }

  @Test(.requires("ffmpeg"))
  func ffmpegReadsWhatWeWriteAndWeReadWhatItWrites() async throws {
    let path = try await wav()
    let quiet = ["-hide_banner", "-loglevel", "error"]
    for type in ["wav", "au", "flac", "w64", "rf64", "caf", "aiff"] {
      let file = folder.file("ours.\(type)")
      #expect(try await runTool("sd-cat", [path, "-o", file]).succeeded)
      let theirs = try await runProgram("ffmpeg", quiet + ["-i", file, "-f", "s16le", "-"])
      #expect(Sound(theirs.output) == Sound(noise), "\(type): \(theirs)")
    }
    for type in ["wav", "au", "flac"] {
      let stages = try await runPipeline([
        .program("ffmpeg", quiet + ["-i", path, "-f", type, "-"]),
        .tool("sd-cat", ["-f", "s16le"]),
      ])
      #expect(Sound(stages[1].output) == Sound(noise), "\(type): \(stages)")
    }
  }

  @Test(.requires("flac"))
  func flacAgrees() async throws {
    let path = try await wav()
    let stages = try await runPipeline([
      .tool("sd-cat", ["-t", "flac", path]),
      .program(
        "flac", ["-d", "-c", "-s", "--force-raw-format", "--endian=little", "--sign=signed", "-"]),
    ])
    #expect(Sound(stages[1].output) == Sound(noise), "\(stages)")
  }

  @Test(.requires("ffmpeg"))
  func lossyTypesKeepTheirLength() async throws {
    let path = try await wav()
    let quiet = ["-hide_banner", "-loglevel", "error"]
    for type in ["ogg", "mp3"] {
      let file = folder.file("theirs.\(type)")
      #expect(try await runProgram("ffmpeg", quiet + ["-i", path, file]).succeeded)
      let decoded = try await runTool("sd-cat", ["-t", "raw", file])
      #expect(decoded.output.count == 5000 * 8, "\(type): \(decoded)")
    }
  }

  @Test(.requires("ffmpeg"))
  func tagsGoFromFileToFile() async throws {
    let path = try await wav()
    let tagged = folder.file("tagged.flac")
    let quiet = ["-hide_banner", "-loglevel", "error"]
    let made = try await runProgram(
      "ffmpeg",
      quiet + ["-i", path, "-metadata", "title=A \"song\"", "-metadata", "artist=Ünal", tagged])
    #expect(made.succeeded, "\(made)")
    let copy = folder.file("copy.ogg")
    #expect(try await runTool("sd-cat", [tagged, "-o", copy]).succeeded)
    let info = try await runTool("sd-cat", ["--info", copy]).outputText
    #expect(info.contains("  title: A \"song\"\n"))
    #expect(info.contains("  artist: Ünal\n"))
  }

  @Test(.requires("sox"))
  func ditheredNoiseIsAsLoudAsSoxMakesIt() async throws {
    // Silence below one step: without dither nothing comes through, with it the tone does.
    let tone = TestSignal.sine(
      frequency: 441, sampleRate: 44100, frameCount: 44100, channelCount: 1, amplitude: 0.4 / 32768)
    let plain = try await runTool(
      "sd-cat", ["--from", "f32le:44100:1", "-f", "s16", "--no-dither"],
      stdin: .bytes(bytes(of: tone)))
    #expect(plain.output.allSatisfy { $0 == 0 })
    let dithered = try await runTool(
      "sd-cat", ["--from", "f32le:44100:1", "-f", "s16"], stdin: .bytes(bytes(of: tone)))
    let samples = values(of: Int16.self, from: dithered.output)
    let correlation = zip(samples, tone).reduce(0.0) { $0 + Double($1.0) * Double($1.1) * 32768 }
    // The sum of sin² over a second is half the samples, times the square of the amplitude.
    #expect(abs(correlation - 0.16 * 22050) < 0.16 * 22050 * 0.25)
    #expect(samples.allSatisfy { abs($0) <= 2 })
  }

  #if os(Linux)
    @Test(.requires("ldd"))
    func noPortAudioIsLinked() async throws {
      let libraries = try await runProgram("ldd", [try BuiltTool.path(of: "sd-cat")]).outputText
      #expect(libraries.contains("libsndfile"))
      #expect(!libraries.contains("portaudio"))
      #expect(!libraries.contains("jack"))
    }
  #endif
}
