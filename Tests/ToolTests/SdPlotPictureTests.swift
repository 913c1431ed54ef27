import Foundation
import TestSupport
import Testing

/// Pictures: what the files hold, and what becomes of files that are there.
@Suite struct SdPlotPictureTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let speech = BuiltTool.packageFile("Tests/TestSupport/Resources/speech.flac")

  private func plot(_ arguments: String...) async throws -> ToolResult {
    try await runTool("sd-plot", arguments)
  }

  @Test(
    .requires("ffprobe"),
    arguments: [
      (["--size", "640x400"], "640x400"), ([], "1200x900"), (["-m", "1"], "1200x600"),
      (["--waveform", "--log"], "1200x900"), (["--spectrogram", "--log"], "1200x900"),
    ])
  func aPNGHasItsSize(_ arguments: [String], _ size: String) async throws {
    let path = folder.file("a.png")
    let result = try await runTool("sd-plot", arguments + ["-o", path, Self.speech])
    #expect(result.succeeded && result.errorText.isEmpty, "\(result)")
    let probe = try await runProgram(
      "ffprobe",
      ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=s=x:p=0", path])
    #expect(probe.outputText == "\(size)\n", "\(probe)")
  }

  /// Decodes the PNG with another program and looks for the line of a sine where it must be.
  @Test(.requires("ffmpeg", "sox")) func aSineIsALineInThePicture() async throws {
    let (sound, picture) = (folder.file("sine.wav"), folder.file("sine.png"))
    let made = try await runProgram(
      "sox", ["-n", "-r", "48000", "-c", "1", sound, "synth", "3", "sine", "6000", "gain", "-20"])
    try #require(made.succeeded, "\(made)")
    let drawn = try await plot("--spectrogram", "--size", "600x400", "-o", picture, sound)
    try #require(drawn.succeeded, "\(drawn)")
    let pixels = try await runProgram(
      "ffmpeg",
      ["-v", "error", "-i", picture, "-f", "rawvideo", "-pix_fmt", "gray", "-"])
    try #require(pixels.output.count == 600 * 400, "\(pixels)")
    // The panel is 308 high and begins at 40; 6 of 24 kHz is a quarter from below.
    let column = (40..<348).map { pixels.output[$0 * 600 + 300] }
    let brightest = try #require(column.indices.max { column[$0] < column[$1] })
    #expect(abs(brightest - 308 * 3 / 4) <= 1, "row \(brightest)")
    #expect(column.filter { $0 == column[brightest] }.count <= 2)
  }

  @Test func anSVGHasAxesTitleAndPicture() async throws {
    let path = folder.file("a.svg")
    #expect(try await plot("-o", path, Self.speech).succeeded)
    let text = String(decoding: try folder.read("a.svg"), as: UTF8.self)
    for part in [
      "<svg xmlns", ">speech.flac</text>", ">48000 Hz, 2 channels</text>", ">20 kHz</text>",
      ">dBFS</text>", ">time in s</text>", "data:image/png;base64,iVBORw0KGgo", "</svg>",
    ] {
      #expect(text.contains(part), "no \(part)")
    }
  }

  @Test func aNameThatCommandsATerminalIsHarmless() async throws {
    let name = try folder.write(
      Array(try Data(contentsOf: URL(filePath: Self.speech))), to: "a\u{1B}[2J<b>.flac")
    let stats = try await plot("--stats", name)
    #expect(stats.outputText.contains("a?[2J<b>.flac: 48000 Hz"))
    #expect(try await plot("-o", folder.file("a.svg"), name).succeeded)
    let text = String(decoding: try folder.read("a.svg"), as: UTF8.self)
    #expect(text.contains(">a?[2J&lt;b&gt;.flac</text>"))
  }

  @Test func pipesOfUnknownLengthAreDrawn() async throws {
    let sound = try folder.write(
      bytes(of: TestSignal.noise(frameCount: 100_000, channelCount: 2)), to: "a.f32le")
    let result = try await runTool(
      "sd-plot", ["-f", "f32le", "-r", "48000", "-c", "2", "-o", folder.file("a.png")],
      stdin: .bytes(try folder.read("a.f32le")))
    #expect(result.succeeded, "\(result) \(sound)")
    #expect(try folder.read("a.png").count > 10_000)
  }

  @Test func aPictureThatIsThereIsReplacedOrKept() async throws {
    let path = try folder.write([1, 2, 3], to: "a.png")
    let kept = try await plot("--no-clobber", "-o", path, Self.speech)
    #expect(kept.errorText == "sd-plot: \(path): file exists\n")
    #expect(kept.status == .exited(1))
    #expect(try folder.read("a.png") == [1, 2, 3])
    #expect(try await plot("-o", path, Self.speech).succeeded)
    #expect(try folder.read("a.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test func anInputIsNotCut() async throws {
    let sound = try folder.write(
      Array(try Data(contentsOf: URL(filePath: Self.speech))), to: "a.png")
    let result = try await plot("-o", sound, sound)
    #expect(result.errorText == "sd-plot: \(sound): is also an input\n")
    #expect(result.status == .exited(2))
    #expect(try folder.read("a.png").starts(with: Array("fLaC".utf8)))
  }

  @Test func aFailureLeavesThePictureThatWasThere() async throws {
    let path = try folder.write([1, 2, 3], to: "a.png")
    let command = Command.tool("sd-plot", ["-f", "f32le", "-r", "48000", "-o", path])
    try await withTool(command.reading(.pipe)) { tool async throws in
      try await tool.write([UInt8](repeating: 0, count: 80_000))
      tool.send(SIGINT)
      #expect(try await tool.wait() == .signalled(SIGINT))
    }
    #expect(try folder.read("a.png") == [1, 2, 3])
  }

  @Test func aFullDiskIsAFailure() async throws {
    let full = folder.file("full.png")
    try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
    let result = try await plot("-o", full, Self.speech)
    #expect(result.status == .exited(1), "\(result)")
    #expect(result.errorText.hasPrefix("sd-plot: \(full): "))
  }

  @Test func aMissingFolderIsAFailure() async throws {
    let result = try await plot("-o", folder.file("none/a.png"), Self.speech)
    #expect(
      result.errorText == "sd-plot: \(folder.file("none/a.png")): no such file or directory\n")
    #expect(result.status == .exited(1))
  }
}
