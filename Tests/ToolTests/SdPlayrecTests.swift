import Platform
import TestSupport
import Testing

/// Playing and recording at once, on the virtual loopback.
@Suite(.fewAtOnce) struct SdPlayrecTests {
  private let sound = bytes(of: noise(4800))

  @Test(arguments: [1, 10, 255, 256, 257, 4799, 4800])
  func asManyFramesComeBackInPlace(_ count: Int) async throws {
    let part = Array(sound[..<(count * 4)])
    let result = try await loop(part, "--compensate", "auto")
    result.expectSilentSuccess()
    #expect(Sound(result.output) == Sound(part))
  }

  @Test func theRoundTripStandsAtTheBeginning() async throws {
    let result = try await loop(
      sound, environment: virtual("pace=fast", "block=128", "latency=1000"))
    result.expectSilentSuccess()
    let delayed = [UInt8](repeating: 0, count: 4000) + sound[..<(sound.count - 4000)]
    #expect(Sound(result.output) == Sound(delayed))
  }

  @Test func anyRoundTripIsTakenOff() async throws {
    for settings in ["latency=1000", "block=64", "block=1000,latency=1", "rate=48000,block=1"] {
      let result = try await loop(
        sound, "--compensate", "auto", environment: virtual("pace=fast", settings))
      result.expectSilentSuccess()
      #expect(Sound(result.output) == Sound(sound), "\(settings)")
    }
    let given = try await loop(
      sound, "--compensate", "700", environment: virtual("pace=fast", "latency=1000"))
    let delayed = [UInt8](repeating: 0, count: 1200) + sound[..<(sound.count - 1200)]
    #expect(Sound(given.output) == Sound(delayed))
  }

  @Test func aTailIsRecordedOn() async throws {
    let result = try await loop(sound, "--tail", "256f")
    let delayed = [UInt8](repeating: 0, count: 1024) + sound
    #expect(Sound(result.output) == Sound(delayed))
    let both = try await loop(sound, "--compensate", "auto", "--tail", "10ms")
    #expect(Sound(both.output) == Sound(sound + [UInt8](repeating: 0, count: 1920)))
  }

  @Test func lengthLimitsTheInput() async throws {
    let short = try await loop(sound, "--compensate", "auto", "-n", "100")
    #expect(Sound(short.output) == Sound(Array(sound[..<400])))
    let later = try await loop(sound, "--compensate", "auto", "-S", "100f", "-d", "10ms")
    #expect(Sound(later.output) == Sound(Array(sound[400..<2320])))
    #expect(try await loop(sound, "-d", "0").output.isEmpty)
    #expect(try await loop([]).output.isEmpty)
  }

  @Test func filesKeepTheirEncoding() async throws {
    let folder = try TemporaryDirectory()
    let input = try folder.write(wave(noise(4800)), to: "a.wav")
    for name in ["b.wav", "b.flac", "b.au"] {
      let result = try await runTool(
        "sd-playrec",
        [
          "-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", input,
          folder.file(name),
        ], environment: virtual("pace=fast"))
      result.expectSilentSuccess()
      let back = try await runTool("sd-cat", ["-f", "s16le", folder.file(name)])
      #expect(Sound(back.output) == Sound(sound), "\(name)")
      let env = try await runTool("sd-cat", ["--env", folder.file(name)])
      #expect(env.outputText.contains("SD_FORMAT=s16"), "\(name)")
    }
  }

  @Test func theRecordingsFormatIsChosen() async throws {
    let result = try await loop(sound, "--compensate", "auto", "--record-format", "f64le")
    let expected = values(of: Int16.self, from: sound).map { Double($0) / 32768 }
    #expect(values(of: Double.self, from: result.output) == expected)
  }

  @Test func channelsAreMapped() async throws {
    let samples = values(of: Int16.self, from: sound)
    let crossed = (0..<4800).flatMap { [samples[2 * $0 + 1], samples[2 * $0]] }
    let input = try await loop(sound, "--compensate", "auto", "--input-map", "2,1")
    #expect(Sound(input.output) == Sound(bytes(of: crossed)))
    let output = try await loop(sound, "--compensate", "auto", "--output-map", "2,1")
    #expect(Sound(output.output) == Sound(bytes(of: crossed)))
    let one = try await loop(sound, "--compensate", "auto", "--input-map", "2", "-c", "1,2")
    #expect(Sound(one.output) == Sound(bytes(of: (0..<4800).map { samples[2 * $0 + 1] })))
    let far = try await loop(
      sound, "--compensate", "auto", "--output-map", "4,3", "--input-map", "3,4",
      environment: virtual("pace=fast", "channels=4"))
    #expect(Sound(far.output) == Sound(bytes(of: crossed)))
  }

  @Test func channelCountsMayDiffer() async throws {
    let samples = values(of: Int16.self, from: sound)
    let result = try await run(
      Command.tool(
        "sd-playrec",
        [
          "-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "-f", "s16le",
          "-r", "48000", "-c", "1,2",
        ]
      ).reading(.bytes(sound)).with(environment: virtual("pace=fast")))
    #expect(Sound(result.output) == Sound(bytes(of: (0..<4800).map { samples[2 * $0] })))
  }

  @Test func gainIsAppliedToWhatIsPlayed() async throws {
    let result = try await loop(
      sound, "--compensate", "auto", "-g", "-20", "--record-format", "f32le")
    let expected = values(of: Int16.self, from: sound).map { Float($0) / 327_680 }
    let recorded = values(of: Float.self, from: result.output)
    #expect(recorded.count == expected.count)
    #expect(zip(recorded, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func itNeverResamples() async throws {
    let result = try await loop(
      sound, environment: virtual("pace=fast", "rate=44100"))
    result.expectFailure(1, "virtual:loopback", "44100 Hz")
  }

  @Test func theDirectionsMayBeNamedApart() async throws {
    let result = try await run(
      Command.tool(
        "sd-playrec",
        [
          "-q", "-i", "virtual:loopback", "-o", "virtual:loopback", "--no-dither", "--compensate",
          "auto", "-f", "s16le", "-r", "48000", "-c", "2",
        ]
      ).reading(.bytes(sound)).with(environment: virtual("pace=fast")))
    result.expectSilentSuccess()
    #expect(Sound(result.output) == Sound(sound))
  }

  @Test func aWriterOfSingleBytesGivesTheSameSound() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(sound, to: "a.raw")
    let stages = try await runPipeline([
      .program("dd", ["if=\(path)", "bs=1", "status=none"]),
      Command.tool(
        "sd-playrec",
        [
          "-q", "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "-f", "s16le",
          "-r", "48000", "-c", "2",
        ]
      ).with(environment: virtual("pace=fast")),
    ])
    stages[1].expectSilentSuccess()
    #expect(Sound(stages[1].output) == Sound(sound))
  }

  @Test func starvedItStaysAligned() async throws {
    // Half, a pause until the device ran dry, and the rest: no frame moves.
    let command = Command.tool(
      "sd-playrec",
      [
        "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "-f", "s16le", "-r",
        "48000", "-c", "2",
      ]
    ).reading(.pipe).with(environment: virtual("block=64"))
    try await withTool(command) { tool in
      try await tool.write(Array(sound[..<9600]))
      try await tool.waitForStatus("the first half is played") {
        $0.contains(" 2400 frames played")
      }
      try await tool.waitForStatus("what was played is recorded") { $0.contains("2400 recorded") }
      try await tool.write(Array(sound[9600...]))
      tool.closeInput()
      let result = try await tool.finish()
      #expect(result.succeeded, "\(result)")
      // What was on its way through the loop when it ran dry came back during the silence.
      #expect(result.output.count == sound.count)
      for part in [0..<8800, 10_400..<sound.count] {
        #expect(Sound(Array(result.output[part])) == Sound(Array(sound[part])))
      }
      #expect(result.errorLines.last?.contains("silence inserted") == true, "\(result)")
    }
  }

  @Test func lostInputBecomesSilence() async throws {
    // The host loses 100 frames in both directions at once: what follows is still aligned, and
    // said to be lost.
    let result = try await run(
      Command.tool(
        "sd-playrec",
        [
          "-D", "virtual:loopback", "--no-dither", "--compensate", "auto", "-f", "s16le", "-r",
          "48000", "-c", "2",
        ]
      ).reading(.bytes(sound)).with(environment: virtual("xrun@1000:100")))
    #expect(result.succeeded, "\(result)")
    #expect(result.output.count == sound.count)
    #expect(result.errorText.contains("100 of input lost by the host"), "\(result)")
    // From some frame on, what was recorded is what was played at that very frame.
    let half = sound.count / 2
    #expect(Sound(Array(result.output[half...])) == Sound(Array(sound[half...])))
  }
}
