import Foundation
import TestSupport
import Testing

/// What sd-cat does to sound, without another program's help.
@Suite struct SdCatTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private let noise = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 4321, channelCount: 2))

  private func cat(
    _ arguments: String..., stdin: ProcessInput = .null, environment: [String: String?] = [:]
  ) async throws -> ToolResult {
    try await runTool("sd-cat", arguments, stdin: stdin, environment: environment)
  }

  @Test func rawInIsRawOutByteForByte() async throws {
    let path = try folder.write(noise, to: "a.s16le")
    let result = try await cat("-t", "raw", "--from", "s16le:44100:2", path)
    #expect(Sound(result.output) == Sound(noise))
    #expect(result.errorText.isEmpty)
    #expect(result.succeeded)
  }

  @Test(arguments: ["wav", "flac", "au", "aiff", "caf", "w64", "rf64"])
  func everyLosslessTypeGivesTheSamplesBack(_ type: String) async throws {
    let path = folder.file("a.\(type)")
    let made = try await cat("--from", "s16le:44.1k:2", "-o", path, stdin: .bytes(noise))
    #expect(made.succeeded, "\(made)")
    let back = try await cat("-f", "s16le", path)
    #expect(Sound(back.output) == Sound(noise), "\(back)")
    let info = try await cat("--env", path)
    #expect(info.outputText.hasPrefix("SD_RATE=44100 SD_CHANNELS=2 SD_FORMAT=s16"))
  }

  @Test(arguments: ["wav", "au", "flac"])
  func typesGoThroughPipes(_ type: String) async throws {
    let stages = try await runPipeline([
      Command.tool("sd-cat", ["--from", "s16le:8000:2", "-t", type]).reading(.bytes(noise)),
      Command.tool("sd-cat", ["-t", "raw", "-f", "s16le"]),
    ])
    #expect(stages[0].succeeded && stages[1].succeeded, "\(stages)")
    #expect(Sound(stages[1].output) == Sound(noise))
    #expect(stages[1].errorText.isEmpty)
  }

  @Test func redirectedStdoutIsAFile() async throws {
    let path = folder.file("a.caf")
    let command = Command.tool("sd-cat", ["--from", "s16le:8000:2", "-t", "caf"])
      .reading(.bytes(noise)).writing(.file(path))
    #expect(try await run(command).succeeded)
    #expect(try await Sound(cat("-f", "s16le", path).output) == Sound(noise))
  }

  @Test func filesAreJoinedInOrder() async throws {
    let half = noise.count / 8 * 4
    let a = try folder.write(Array(noise[..<half]), to: "a.s16le")
    let b = try folder.write(Array(noise[half...]), to: "b.s16le")
    let result = try await cat(
      "-t", "raw", "--from", "s16le", a, "-", "--", b, stdin: .bytes([1, 2, 3, 4]))
    #expect(Sound(result.output) == Sound(noise[..<half] + [1, 2, 3, 4] + noise[half...]))
  }

  @Test func filesThatDifferAreRefusedWithBothNames() async throws {
    let (a, b) = (folder.file("a.wav"), folder.file("b.wav"))
    _ = try await cat("--from", "s16le:44100:2", "-o", a, stdin: .bytes(noise))
    _ = try await cat("--from", "s16le:48000:1", "-o", b, stdin: .bytes(noise))
    let result = try await cat("-t", "raw", a, b)
    #expect(result.status == .exited(1))
    #expect(result.output.isEmpty)
    #expect(
      result.errorText == "sd-cat: \(b): 48000 Hz, 1 channel, but \(a) has 44100 Hz, 2 channels; "
        + "make them the same with -r and -c\n")

    let joined = try await cat("-f", "s16le", a, b, "-r", "44.1k", "-c", "2")
    let frames = 4321 + Int((8642 * 44100.0 / 48000).rounded())
    #expect(joined.output.count == frames * 4)
    #expect(Sound(Array(joined.output.prefix(4321 * 4))) == Sound(noise))
  }

  @Test func startLengthMapAndGain() async throws {
    let samples: [Int16] = (0..<20).map { Int16($0 * 100) }
    let path = try folder.write(bytes(of: samples), to: "a.s16le")
    func numbers(_ arguments: String...) async throws -> [Int16] {
      let result = try await runTool(
        "sd-cat", ["-t", "raw", "--from", "s16le:1000:2", path] + arguments)
      #expect(result.succeeded, "\(result)")
      return values(of: Int16.self, from: result.output)
    }
    #expect(try await numbers("-S", "2f", "-n", "3") == Array(samples[4..<10]))
    #expect(try await numbers("-S2ms", "-d3ms") == Array(samples[4..<10]))
    #expect(try await numbers("-n0") == [])
    #expect(try await numbers("-m", "2,1", "-n1") == [100, 0])
    #expect(try await numbers("-m", "1,1,1", "-n", "2") == [0, 0, 0, 200, 200, 200])
    #expect(try await numbers("-c1", "-n", "2", "--no-dither") == [50, 250])
    #expect(
      try await numbers("-g", "-6.0206", "--no-dither", "-n", "3") == [0, 50, 100, 150, 200, 250])
  }

  @Test func clippingIsCountedOnceAtTheEnd() async throws {
    let samples: [Float] = [0.5, 1, -1, 1.5]
    let result = try await cat(
      "-t", "raw", "-f", "s16", "--from", "f32le:48000:1", stdin: .bytes(bytes(of: samples)))
    #expect(result.errorText == "sd-cat: 1 sample clipped\n")
    #expect(result.succeeded)
  }

  @Test func resamplingKeepsTheCount() async throws {
    let result = try await cat(
      "-t", "raw", "--from", "s16le:44100:2", "-r", "48000", stdin: .bytes(noise))
    #expect(result.output.count == Int((4321 * 48000 / 44100.0).rounded()) * 4)
  }

  @Test func infoInThreeWays() async throws {
    let path = folder.file("a.wav")
    _ = try await cat(
      "--from", "s24le:44100:2", "-o", path, stdin: .bytes([UInt8](repeating: 0, count: 6 * 4410)))
    #expect(
      try await cat("--info", path).outputText
        == "\(path): wav s24le, 44100 Hz, 2 channels, 4410 frames, 0:00.1\n")
    #expect(
      try await cat("--env", path).outputText
        == "SD_RATE=44100 SD_CHANNELS=2 SD_FORMAT=s24le\n")
    #expect(
      try await cat("--info", "-j", path).outputText == """
        [
          {
            "file": "\(path)",
            "type": "wav",
            "codec": "s24le",
            "format": "s24le",
            "rate": 44100,
            "channels": 2,
            "layout": null,
            "positions": null,
            "frames": 4410,
            "seconds": 0.1,
            "origination": null,
            "tags": {}
          }
        ]

        """)
    #expect(try await cat("--env", path, path).status == .exited(2))
  }

  @Test func verboseSaysWhatWasOpenedAndWhy() async throws {
    let path = folder.file("a.wav")
    let words = try await cat(
      "-v", "--from", "s16le:8000:2", "-r", "16k", "-o", path, stdin: .bytes([1, 2, 3, 4])
    ).errorText
    // The first line is about the kernel.
    let lines = words.split(separator: "\n")
    #expect(lines.first?.contains("confined") == true)
    #expect(
      lines.dropFirst().joined(separator: "\n") == """
        sd-cat: stdin: raw s16le, 8000 Hz, 2 channels
        sd-cat: stdin: resampled from 8000 Hz to 16000 Hz
        sd-cat: \(path): written as wav s16le, 16000 Hz, 2 channels
        sd-cat: \(path): 2 frames written
        """)
  }

  @Test func typesAreListed() async throws {
    let lines = try await cat("--types").outputText.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("wav ") && $0.contains("yes") })
    #expect(lines.contains { $0.hasPrefix("caf ") && $0.contains(" - ") })
    #expect(try await cat("--types", "-j").outputText.hasPrefix("[\n  {\n    \"type\": \"raw\""))
  }

  @Test func rawInputThatNobodyDescribedIsTheRawFormat() async throws {
    let samples = bytes(of: [Float](repeating: 0.25, count: 8))
    let same = try await cat(stdin: .bytes(samples))
    #expect(same.output == samples)
    #expect(same.errorText.isEmpty)
    let words = try await cat("-v", stdin: .bytes(samples)).errorText
    #expect(words.contains("sd-cat: stdin: raw f32le, 48000 Hz, 2 channels\n"))
    let stated = try await cat(
      "-o", folder.file("a.au"), stdin: .bytes(samples),
      environment: ["SD_RATE": "8k", "SD_CHANNELS": "1", "SD_FORMAT": "FLOAT_LE"])
    #expect(stated.errorText.isEmpty)
    let env = try await cat("--env", folder.file("a.au")).outputText
    #expect(env == "SD_RATE=8000 SD_CHANNELS=1 SD_FORMAT=f32be\n")
    #expect(try await cat("-o", folder.file("b.wav"), stdin: .bytes(samples)).succeeded)
    let rule = try await cat("--env", folder.file("b.wav")).outputText
    #expect(rule == "SD_RATE=48000 SD_CHANNELS=2 SD_FORMAT=f32le\n")
  }

  @Test func whatIsNoF32leIsRefusedBeforeAnythingIsCut() async throws {
    let old = try folder.write([9], to: "old.wav")
    let sound = bytes(of: (0..<2000).map { Int16(8000 * sin(Double($0) / 20)) })
    for arguments in [["-o", old], ["-r", "44100", "-c", "1"], ["-f", "s16le"]] {
      let result = try await runTool("sd-cat", arguments, stdin: .bytes(sound))
      result.expectFailure(
        2, "stdin: not f32le (looks like s16le): say --from, or send a header (-t au)")
    }
    #expect(try folder.read("old.wav") == [9])
    let path = try folder.write(sound, to: "sound.raw")
    try await cat(path).expectFailure(2, "\(path): not f32le (looks like s16le)")
    // What is stated is believed.
    #expect(try await cat("--from", "f32le", stdin: .bytes(sound)).succeeded)
    let environment = ["SD_FORMAT": "f32le"]
    #expect(try await cat(stdin: .bytes(sound), environment: environment).succeeded)
    let named = try folder.write(sound, to: "sound.s16le")
    #expect(try await cat("-t", "raw", named).output == sound)
    // Zeros pass, and what follows them is judged.
    let late = [UInt8](repeating: 0, count: 100_000) + sound
    try await cat("-o", old, stdin: .bytes(late)).expectFailure(2, "looks like s16le")
  }

  @Test func nothingAtAllIsSaidToBeEmpty() async throws {
    let result = try await cat(stdin: .null)
    #expect(result.succeeded)
    #expect(result.errorText == "sd-cat: stdin: empty\n")
    #expect(
      try await cat("--from", "s16le", stdin: .bytes([])).errorText == "sd-cat: stdin: empty\n")
  }

  @Test func aStartBeyondTheEndIsAFailureAndCutsNothing() async throws {
    let old = try folder.write([9], to: "old.wav")
    let path = try folder.write(noise, to: "a.s16le")
    let result = try await cat("-S", "10", "-o", old, path)
    result.expectFailure(1, "\(path): -S is beyond the end")
    #expect(try folder.read("old.wav") == [9])
    let piped = try await cat("-S", "10", "--from", "s16le", "-t", "raw", stdin: .bytes(noise))
    piped.expectFailure(1, "stdin: -S is beyond the end")
    #expect(try await cat("-S", "4321f", "--from", "s16le", "-t", "raw", path).succeeded)
  }

  @Test func stdoutByAnotherNameGetsTheSameBytes() async throws {
    let path = try folder.write(noise, to: "a.s16le")
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/stdout")
    let plain = try await cat("-t", "wav", path)
    for name in ["-", "/dev/stdout", "/dev/fd/1", link] {
      let named = try await cat("-t", "wav", "-o", name, path)
      #expect(Sound(named.output) == Sound(plain.output), "\(name)")
      #expect(try await cat("-o", name, path).output == cat(path).output, "\(name)")
    }
    // A redirected stdout stands behind what was written, for the next program.
    let tool = try BuiltTool.path(of: "sd-cat")
    for redirect in [
      "{ $0 -t $3 -o /dev/stdout $1; printf end; } > $2", "{ $0 -t $3 $1; printf end; } > $2",
    ] {
      for type in ["wav", "au", "flac", "caf"] {
        let written = try await runProgram(
          "sh", ["-c", redirect, tool, path, folder.file("out"), type])
        #expect(written.succeeded, "\(written)")
        #expect(Array(try folder.read("out").suffix(3)) == Array("end".utf8), "\(type)")
      }
    }
  }

  @Test func aPhotographIsNotHeard() async throws {
    let path = try folder.write([0xFF, 0xD8, 0xFF, 0xE0] + noise, to: "a.jpg")
    let result = try await cat(path)
    #expect(result.status == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText.contains("a.jpg: JPEG"), "\(result)")
    let raw = try await cat("-t", "raw", "--from", "u8", path)
    #expect(raw.output.count == noise.count + 4)
  }
}
