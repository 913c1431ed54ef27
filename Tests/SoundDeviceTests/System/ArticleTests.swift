import Foundation
import TestSupport
import Testing

struct ArticleTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: BuiltTool.packageFile(path), encoding: .utf8)
  }

  /// The files of the snippets, one after the other.
  private static func snippets() throws -> String {
    let folder = "Tests/DeviceClient"
    return try FileManager.default.contentsOfDirectory(atPath: BuiltTool.packageFile(folder))
      .filter { $0.hasPrefix("Snippets") }.sorted()
      .map { try text("\(folder)/\($0)") }.joined(separator: "\n")
  }

  private static func lines(_ text: Substring) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func blocks(in article: String) throws -> [[String]] {
    try text("Sources/SoundDevice/SoundDevice.docc/\(article).md")
      .components(separatedBy: "```swift\n").dropFirst()
      .map { lines(Substring($0.components(separatedBy: "```")[0])) }
  }

  /// Every snippet of an article is, word for word, in a file that is compiled and run.
  @Test(arguments: [
    "SoundDevice", "GettingStarted", "CallbackRules", "Testing", "FromPython", "Programs",
  ])
  func snippetsAreTheOnesThatAreCompiled(article: String) throws {
    let code = Self.lines(Substring(try Self.snippets()))
    let blocks = try Self.blocks(in: article)
    #expect(!blocks.isEmpty)
    for block in blocks {
      let isThere = code.indices.contains { code[$0...].starts(with: block) }
      #expect(isThere, "\(article) has a snippet that no file has: \(block)")
    }
  }

  @Test func everySnippetRuns() async throws {
    let result = try await run(clientCommand("snippets"), timeout: .seconds(60))
    #expect(result.succeeded, "\(result)")
    let code = try Self.snippets()
    let functions = code.components(separatedBy: "\nprivate func ").count - 1
    let ran = result.outputText.split(separator: "\n").filter { $0.hasPrefix("ran ") }
    #expect(ran.count == functions && functions > 25)
  }

  /// The ten examples of the ancestor's folder, each no longer than there, counted without comments
  /// and blank lines, and none with `unsafe`.
  @Test(arguments: [
    ("play_file", 51), ("play_long_file", 82), ("play_sine", 52), ("play_stream", 98),
    ("rec_unlimited", 64), ("wire", 52), ("spectrogram", 94), ("plot_input", 90),
    ("asyncio_coroutines", 55), ("asyncio_generators", 65),
  ])
  func theAncestorsExamplesAreShorterHere(name: String, lineCount: Int) throws {
    let article = try Self.text("Sources/SoundDevice/SoundDevice.docc/FromPython.md")
    let section = article.components(separatedBy: "\n### \(name)\n").dropFirst().first
    let parts = try #require(section).components(separatedBy: "```swift\n")
    let code = try #require(parts.dropFirst().first).components(separatedBy: "```")[0]
    #expect(!parts[0].contains("###"), "\(name) has no example")
    let lines = Self.lines(Substring(code)).filter { !$0.isEmpty && !$0.hasPrefix("//") }
    #expect((1...lineCount).contains(lines.count))
    #expect(!code.contains("unsafe"))
  }

  /// Every name of the ancestor's that users may look for.
  @Test func fromPythonNamesEverythingTheAncestorHas() throws {
    let article = try Self.text("Sources/SoundDevice/SoundDevice.docc/FromPython.md")
    let names = [
      "play", "rec", "playrec", "wait", "stop", "get_status", "get_stream", "print_devices",
      "query_devices", "query_hostapis", "check_input_settings", "check_output_settings", "sleep",
      "get_portaudio_version", ".device", ".channels", ".dtype", ".latency", ".samplerate",
      ".blocksize", ".clip_off", ".dither_off", ".never_drop_input",
      ".prime_output_buffers_using_stream_callback", ".hostapi", ".reset", "Stream", "InputStream",
      "OutputStream", "RawStream", "RawInputStream", "RawOutputStream", "finished_callback",
      "start", "abort", "close", "active", "stopped", "closed", "time", "cpu_load", "samplesize",
      "read", "read_available", "write", "write_available", "CallbackFlags", "CallbackStop",
      "CallbackAbort", "PortAudioError", "out", "input_mapping", "output_mapping",
    ]
    for name in names {
      let isThere = ["`\(name)`", "`\(name)(", "\(name)=", ", \(name)", "(\(name)"].contains {
        article.contains($0)
      }
      #expect(isThere, "FromPython.md has no \(name)")
    }
  }
}
