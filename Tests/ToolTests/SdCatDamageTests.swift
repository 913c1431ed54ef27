import TestSupport
import Testing

/// What the programs print of damaged input, and what they go on with.
@Suite struct SdCatDamageTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private let noise = bytes(
    of: TestSignal.noise(of: Int16.self, frameCount: 20_000, channelCount: 2))

  private func make(_ name: String) async throws -> [UInt8] {
    let path = folder.file(name)
    let made = try await runTool(
      "sd-cat", ["--from", "s16le:48000:2", "-o", path], stdin: .bytes(noise))
    #expect(made.succeeded, "\(made)")
    return try folder.read(name)
  }

  private func cat(_ arguments: String..., stdin: ProcessInput = .null) async throws -> ToolResult {
    try await runTool("sd-cat", arguments, stdin: stdin)
  }

  @Test(arguments: ["wav", "aiff", "caf", "w64", "au", "flac", "ogg", "opus", "mp3"])
  func aCutFileIsOneLineAndStatus1(_ type: String) async throws {
    let whole = try await make("whole.\(type)")
    let path = try folder.write(Array(whole.prefix(whole.count * 2 / 3 / 4 * 4)), to: "cut.\(type)")
    let file = try await cat("-f", "f32le", path)
    #expect(file.status == .exited(1))
    #expect(file.errorText.hasPrefix("sd-cat: \(path): ends early"), "\(file.errorText)")
    #expect(file.errorText.split(separator: "\n").count == 1, "\(file.errorText)")
    // Its first page of sound is longer than that.
    #expect(!file.output.isEmpty || type == "ogg")
  }

  @Test func aDamagedFrameOfFLACLosesOnlyItself() async throws {
    var bytes = try await make("a.flac")
    bytes[bytes.count / 2] ^= 0x55
    let path = try folder.write(bytes, to: "damaged.flac")
    let plain = try await cat("-f", "s16le", path)
    #expect(plain.status == .exited(1))
    #expect(plain.errorText.contains("frames lost\n"), "\(plain.errorText)")
    let lost = (noise.count - plain.output.count) / 4
    #expect(lost > 0 && lost <= 4608)
    let filled = try await cat("--fill-gaps", "-f", "s16le", path)
    #expect(filled.output.count == noise.count)
    #expect(filled.output.suffix(4000).elementsEqual(noise.suffix(4000)))
    let piped = try await cat("--fill-gaps", "-f", "s16le", stdin: .bytes(bytes))
    #expect(Sound(piped.output) == Sound(filled.output))
  }

  @Test func checkPrintsALineForEachFileAndWritesNothing() async throws {
    let whole = try await make("good.flac")
    var changed = whole
    // The checksum of all samples, in the header.
    changed[30] ^= 1
    let files = [
      folder.file("good.flac"), try folder.write(changed, to: "sum.flac"),
      try folder.write(Array(whole.dropLast(whole.count / 2)), to: "cut.flac"),
      folder.file("missing.flac"), try folder.write([1, 2, 3], to: "no.flac"),
    ]
    let result = try await runTool("sd-cat", ["--check"] + files)
    #expect(result.status == .exited(1))
    let lines = result.outputText.split(separator: "\n").map(String.init)
    let beginnings = [
      "good, 20000 frames", "bad, damaged: its checksum", "bad, ends early: ", "bad, no such file",
      "bad, ",
    ]
    #expect(lines.count == files.count, "\(lines)")
    for (line, (file, words)) in zip(lines, zip(files, beginnings)) {
      #expect(line.hasPrefix("\(file): \(words)"), "\(line)")
    }
    #expect(result.errorText.isEmpty)
    #expect(try await cat("--check", folder.file("good.flac")).succeeded)
  }

  @Test func chainsOfOneFormatAreOneAndOfTwoAreResampled() async throws {
    let first = try await make("a.ogg")
    let low = folder.file("b.ogg")
    #expect(try await cat("-r", "24000", "-o", low, folder.file("a.ogg")).succeeded)
    let same = try folder.write(first + first, to: "same.ogg")
    let both = try await cat("-f", "s16le", same)
    #expect(both.output.count == 2 * noise.count)
    #expect(both.succeeded, "\(both)")
    let mixed = try await cat("-f", "s16le", stdin: .bytes(first + folder.read("b.ogg")))
    #expect(mixed.output.count == 2 * noise.count)
    #expect(mixed.succeeded)
    #expect(mixed.errorText.contains("stdin: goes on with 24000 Hz, 2 channels"))
  }

  @Test func whatIsNotReadIsNamed() async throws {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    for input in [png, [0, 0, 0, 24] + Array("ftypM4A ".utf8)] {
      let path = try folder.write(input, to: "a.bin")
      let file = try await cat(path)
      #expect(file.status == .exited(1))
      #expect(file.errorText.contains("which is not read here"))
      let piped = try await cat(stdin: .bytes(input))
      #expect(piped.status == .exited(2))
      #expect(piped.errorText.contains("which is not read here"))
      #expect(piped.output.isEmpty)
    }
  }

  @Test func mpegOnAPipeIsHeard() async throws {
    let tagged = try await make("a.mp3")
    let start = try #require(tagged.indices.first { tagged[$0...].starts(with: [0xFF, 0xFB]) })
    let result = try await cat("-f", "s16le", stdin: .bytes(Array(tagged[start...])))
    #expect(result.output.count == noise.count)
    #expect(result.succeeded, "\(result)")
  }
}
