import TestSupport
import Testing

/// A WAV that everybody opens.
@Suite struct PlainWAVTests {
  private let folder: TemporaryDirectory
  private let noise = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 5000, channelCount: 2))

  init() throws { folder = try TemporaryDirectory() }

  /// A file of so many bits made by sd-cat.
  private func wav(_ format: String) async throws -> String {
    let path = folder.file("\(format).wav")
    let source = try folder.write(noise, to: "noise.s16le")
    let result = try await runTool(
      "sd-cat", ["--from", "s16le:48000:2", "--no-dither", "-f", format, "-o", path, source])
    #expect(result.succeeded, "\(result)")
    return path
  }

  @Test(arguments: ["u8", "s16le", "s24le"])
  func theHeaderHas44Bytes(format: String) async throws {
    let path = try await wav(format)
    let bytes = try folder.read("\(format).wav")
    let width = format == "u8" ? 1 : format == "s16le" ? 2 : 3
    #expect(bytes.count == 44 + 10000 * width)
    #expect(bytes[36..<40].elementsEqual("data".utf8))
    #expect(try await runTool("sd-cat", ["--info", path]).succeeded)
  }

  @Test(.requires("python3"), arguments: ["u8", "s16le", "s24le"])
  func pythonsWaveReadsIt(format: String) async throws {
    let script = """
      import sys, wave
      w = wave.open(sys.argv[1])
      print(w.getnchannels(), w.getframerate(), w.getnframes(), w.getsampwidth())
      """
    let result = try await runProgram("python3", ["-c", script, try await wav(format)])
    let width = format == "u8" ? 1 : format == "s16le" ? 2 : 3
    #expect(result.outputText == "2 48000 5000 \(width)\n", "\(result)")
  }

  @Test(.requires("sox"), arguments: ["u8", "s16le", "s24le", "f32le"])
  func soxReadsItWithoutAWord(format: String) async throws {
    let result = try await runProgram("sox", [try await wav(format), "-n", "stat", "-v"])
    #expect(!result.errorText.contains("WARN"), "\(result)")
    #expect(result.succeeded)
  }

  @Test(.requires("flac"), arguments: ["u8", "s16le", "s24le"])
  func flacReadsIt(format: String) async throws {
    let result = try await runProgram(
      "flac", ["-s", "-f", "-o", "/dev/null", try await wav(format)])
    #expect(result.succeeded)
    // It prefers the extensible header for 24 bits, and says so.
    if format != "s24le" { #expect(result.errorText == "") }
  }

  @Test(.requires("lame"), arguments: ["s16le", "s24le", "f32le"])
  func lameReadsIt(format: String) async throws {
    let result = try await runProgram("lame", ["--quiet", try await wav(format), "/dev/null"])
    #expect(result.succeeded)
    #expect(result.errorText == "")
  }

  @Test(.requires("opusenc"), arguments: ["s16le", "s24le", "f32le"])
  func opusencReadsIt(format: String) async throws {
    let result = try await runProgram("opusenc", ["--quiet", try await wav(format), "/dev/null"])
    #expect(result.succeeded)
  }
}
