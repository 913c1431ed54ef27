import TestSupport
import Testing

/// Options, usage errors, and what is refused before anything is opened.
@Suite struct SdPlotUsageTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  @Test func helpAndVersionGoToStdout() async throws {
    let help = try await runTool("sd-plot", ["--help"])
    #expect(help.succeeded && help.outputText.contains("USAGE: sd-plot"))
    let version = try await runTool("sd-plot", ["-V"])
    #expect(version.succeeded && version.outputText.hasPrefix("sd-plot (sd tools) "))
    #expect(version.outputText.contains("libsndfile"))
  }

  @Test(arguments: [
    (["-x"], "-x: unknown option"),
    (["--levels", "--stats"], "--levels and --stats: give one of them, not both"),
    (["--waveform", "-j"], "--waveform and -j: give one of them, not both"),
    (["--range", "8k,100"], "--range 8k,100: the lower one comes first"),
    (["--range", "x"], "--range x: not a range of frequencies, try 100,8000 or 100,8k"),
    (["--range", "0,100", "--log"], "--range: a logarithmic axis begins above 0"),
    (["--db", "0"], "--db 0: not a range of decibels, try -90,0"),
    (["--columns", "3"], "--columns 3: not a number of columns (10 to 1000)"),
    (
      ["--size", "10x10", "-o", "a.png"],
      "--size 10x10: a picture is 300 to 8000 pixels wide and 150 to 8000 high"
    ),
    (["--size", "600x600"], "--size: is for pictures, say -o FILE"),
    (["-o", "a.jpg"], "a.jpg: a picture's name ends in .png or .svg"),
    (["-o", "a.png", "--levels"], "-o: draws spectrogram and waveform only"),
    (["--through", "a.wav"], "--through: passes standard input on, not files"),
    (["--block", "0"], "--block 0: at least a frame, at most 10 s"),
  ])
  func aUsageErrorIsOneLineAndStatus2(_ arguments: [String], _ line: String) async throws {
    let result = try await runTool("sd-plot", arguments)
    #expect(result.errorText == "sd-plot: \(line)\n")
    #expect(result.status == .exited(2))
    #expect(result.output.isEmpty)
    #expect(try folder.names().isEmpty)
  }

  @Test func aMissingFileIsAFailure() async throws {
    let result = try await runTool("sd-plot", [folder.file("none.wav")])
    #expect(result.errorText == "sd-plot: \(folder.file("none.wav")): no such file or directory\n")
    #expect(result.status == .exited(1))
  }

  @Test func aRangeBeyondHalfTheRateIsAFailure() async throws {
    let result = try await runTool(
      "sd-plot", ["-f", "u8", "-r", "8000", "-c", "1", "--range", "5k,9k"],
      stdin: .bytes([UInt8](repeating: 128, count: 8_000)))
    #expect(result.errorText == "sd-plot: --range: 5k Hz is beyond half the rate of 8000 Hz\n")
    #expect(result.status == .exited(1))
  }

  @Test func rawInputThatIsNotWhatItIsTakenForIsRefused() async throws {
    let sine = TestSignal.sine(
      frequency: 441, sampleRate: 48_000, frameCount: 9_600, channelCount: 2)
    let sound = bytes(of: sine.map { Int16($0 * 32_767) })
    let picture = folder.file("a.png")
    for more in [[], ["--stats"], ["-o", picture], ["--through"]] {
      let result = try await runTool("sd-plot", more, stdin: .bytes(sound))
      #expect(result.status == .exited(2), "\(more): \(result)")
      #expect(result.errorText.contains("not f32le (looks like s16le)"), "\(result)")
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func soundIsNotReadFromATerminal() async throws {
    for more in [[], ["--through"]] {
      let result = try await run(Command.tool("sd-plot", more).reading(.terminal))
      #expect(result.status == .exited(2), "\(result)")
      #expect(result.errorText.contains("stdin is a terminal"))
    }
  }

  @Test func trailingBytesAreReported() async throws {
    let result = try await runTool(
      "sd-plot", ["--levels", "-f", "s16le", "-r", "8000", "-c", "1"],
      stdin: .bytes([UInt8](repeating: 0, count: 801)))
    #expect(result.errorText == "sd-plot: stdin: 1 trailing byte ignored (a frame is 2 bytes)\n")
    #expect(result.status == .exited(1))
  }
}
