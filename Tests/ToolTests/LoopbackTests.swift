import Platform
import TestSupport
import Testing

/// Sound played to a real JACK server's loopback and recorded from it: every sample is the same,
/// wherever the server kept its periods.
@Suite(.requires("jackd", "jack_lsp", "sox"), .usesSoundServer) struct LoopbackTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// A FLAC of `bits` from another program, and its samples in an encoding, which sox confirms.
  private func flac(bits: Int, frameCount: Int, soxEncoding: [String]) async throws -> (
    path: String, samples: [UInt8]
  ) {
    let source = try folder.write(
      bytes(of: TestSignal.noise(of: Int32.self, frameCount: frameCount, channelCount: 2)),
      to: "noise.s32")
    let path = folder.file("sound.flac")
    let raw = ["-t", "raw", "-e", "signed", "-b", "32", "-r", "48000", "-c", "2"]
    let made = try await runProgram("sox", ["-D"] + raw + [source, "-b", "\(bits)", path])
    #expect(made.succeeded, "\(made)")
    let samples = try await runProgram("sox", ["-D", path, "-t", "raw"] + soxEncoding + ["-"])
    #expect(samples.succeeded, "\(samples)")
    return (path, samples.output)
  }

  @Test func everySampleOfSpeechComesBack() async throws {
    let path = BuiltTool.resource("speech.flac")
    let samples = try await runProgram("sox", ["-D", path, "-t", "raw", "-"]).output
    // Silence at its beginning would be found anywhere.
    let start = try #require(samples.firstIndex { $0 != 0 }) / 4 * 4
    #expect(samples.count > 100_000 * 4)
    try await withSteadyServer { server in
      try await server.expectBack(
        Array(samples[start...]), bytesPerFrame: 4, with: ["-f", "s16le", "--no-dither"]
      ) {
        try await runTool("sd-play", ["-D", "loopback", path], environment: server.environment)
      }
    }
  }

  @Test(arguments: [
    ("f32le", ["-e", "float", "-b", "32"], 8), ("f64le", ["-e", "float", "-b", "64"], 16),
    ("s24le", ["-e", "signed", "-b", "24"], 6),
  ])
  func everySampleComesBack(
    format: String, soxEncoding: [String], bytesPerFrame: Int
  ) async throws {
    let (path, samples) = try await flac(bits: 24, frameCount: 20_000, soxEncoding: soxEncoding)
    try await withSteadyServer { server in
      try await server.expectBack(
        samples, bytesPerFrame: bytesPerFrame, with: ["-f", format, "--no-dither"]
      ) {
        try await runTool("sd-play", ["-D", "loopback", path], environment: server.environment)
      }
    }
  }

  @Test func playrecCompensates() async throws {
    let (path, samples) = try await flac(
      bits: 16, frameCount: 4800, soxEncoding: ["-e", "signed", "-b", "16"])
    let output = folder.file("back.s16le")
    try await withSteadyServer(periodSize: 2048, isSynchronous: false) { server in
      try await expectShare("sd-playrec --compensate auto", of: 10, atLeast: 7) {
        let result = try await runTool(
          "sd-playrec",
          ["-D", "loopback", "--no-dither", "--compensate", "auto", path, output],
          environment: server.environment)
        return server.isSame(try folder.read("back.s16le"), as: samples, result)
      }
    }
  }

  @Test(arguments: [
    ("f32le", ["-e", "float", "-b", "32"]), ("f64le", ["-e", "float", "-b", "64"]),
    ("s24le", ["-e", "signed", "-b", "24"]),
  ])
  func playrecKeepsEverySampleOf(format: String, soxEncoding: [String]) async throws {
    let (path, samples) = try await flac(bits: 24, frameCount: 9600, soxEncoding: soxEncoding)
    try await withSteadyServer(isSynchronous: false) { server in
      try await expectShare("sd-playrec to \(format)") {
        let result = try await runTool(
          "sd-playrec",
          [
            "-D", "loopback", "--no-dither", "--compensate", "auto", "--record-format", format,
            path, "-",
          ], environment: server.environment)
        return server.isSame(result.output, as: samples, result)
      }
    }
  }

  @Test func asManyFramesComeBackAsWereGiven() async throws {
    try await withSteadyServer(isSynchronous: false) { server in
      for count in [1, 10, 4095, 4096, 4097, 4800] {
        let samples = bytes(of: noise(count, seed: UInt64(count)))
        try await expectShare("\(count) frames through sd-playrec", of: 2, atLeast: 1) {
          let result = try await run(
            Command.tool(
              "sd-playrec",
              [
                "-D", "loopback", "--no-dither", "--compensate", "auto", "-f", "s16le", "-r",
                "48000", "-c", "2",
              ]
            ).reading(.bytes(samples)).with(environment: server.environment))
          return server.isSame(result.output, as: samples, result)
        }
      }
    }
  }

  @Test func shortSoundsArePlayedWhole() async throws {
    try await withSteadyServer { server in
      for count in [1, 10, 4097] {
        let samples = bytes(of: noise(count, seed: UInt64(count)))
        let path = try folder.write(samples, to: "short.s16le")
        let arguments = ["-f", "s16le", "--no-dither"]
        try await server.expectBack(samples, bytesPerFrame: 4, with: arguments) {
          try await runTool(
            "sd-play", ["-D", "loopback", "-r", "48000", "-c", "2", path],
            environment: server.environment)
        }
      }
    }
  }

  @Test func anotherRateIsResampledOrRefused() async throws {
    let path = try folder.write(wave(noise(441), rate: 44_100), to: "a.wav")
    try await withSteadyServer { server in
      let player = try await runTool(
        "sd-play", ["-v", "-D", "loopback", path], environment: server.environment)
      #expect(player.succeeded, "\(player)")
      #expect(player.errorText.contains("resampling"), "\(player)")
      let refused = try await runTool(
        "sd-play", ["--no-resample", "-D", "loopback", path], environment: server.environment)
      refused.expectFailure(1, "loopback", "Invalid sample rate", "48000 Hz")
      try await expectShare("441 frames resampled by sd-rec") {
        let recorder = try await runTool(
          "sd-rec", ["-D", "loopback", "-r", "44.1k", "-n", "441"],
          environment: server.environment)
        #expect(recorder.succeeded, "\(recorder)")
        return recorder.output.count == 441 * 8
      }
      let noRecorder = try await runTool(
        "sd-rec", ["--no-resample", "-D", "loopback", "-r", "44.1k", "-n", "441"],
        environment: server.environment)
      noRecorder.expectFailure(1, "Invalid sample rate", "48000 Hz")
      let duplex = try await runTool(
        "sd-playrec", ["-D", "loopback", path, "-"], environment: server.environment)
      duplex.expectFailure(1, "Invalid sample rate", "48000 Hz")
      let wire = try await runTool(
        "sd-wire", ["-D", "loopback", "-r", "44.1k", "-d", "0.1"], environment: server.environment)
      wire.expectFailure(1, "Invalid sample rate", "48000 Hz")
    }
  }

  @Test func aToneKeepsItsPitchWhenResampled() async throws {
    // 441 Hz at 44.1 kHz is 441 Hz at 48 kHz: as many crossings of zero in as long a time.
    let tone = TestSignal.sine(
      frequency: 441, sampleRate: 44_100, frameCount: 22_050, channelCount: 1)
    let path = try folder.write(bytes(of: tone), to: "tone.f32le")
    try await withSteadyServer { server in
      let recorder = Command.tool("sd-rec", ["-D", "loopback", "-c", "1"])
        .with(environment: server.environment)
      try await expectShare("441 Hz resampled by sd-play") {
        try await withTool(recorder) { recorder in
          _ = try await recorder.readOutput(4)
          let player = try await runTool(
            "sd-play", ["-D", "loopback", "-r", "44.1k", "-c", "1", path],
            environment: server.environment)
          let recording = values(
            of: Float.self, from: try await recorder.readOutput(4 * 96_000))
          recorder.send(SIGINT)
          _ = try await recorder.finish()
          let crossings = zip(recording, recording.dropFirst()).count { $0 < 0 && $1 >= 0 }
          #expect(player.succeeded, "\(player)")
          return (219...222).contains(crossings)
        }
      }
    }
  }

  @Test func stdoutCarriesNothingButSamples() async throws {
    var options = JACKServer.Options()
    options.isVerbose = true
    try await withJACKServer(options) { server in
      for verbosity in [[], ["-v"], ["-vv"]] {
        let result = try await runTool(
          "sd-rec",
          [
            "-D", "loopback", "-f", "s16le", "--no-dither", "--fill-gaps", "--xrun", "ignore",
            "-n", "4800",
          ] + verbosity,
          environment: server.environment)
        #expect(result.succeeded, "\(result)")
        #expect(Sound(result.output) == Sound([UInt8](repeating: 0, count: 4800 * 4)))
        #expect(result.errorText.isEmpty == verbosity.isEmpty, "\(result)")
      }
      let list = try await runTool("sd-list", ["-v", "-j"], environment: server.environment)
      #expect(list.outputText.hasPrefix("[\n") && list.outputText.hasSuffix("]\n"))
    }
  }
}
