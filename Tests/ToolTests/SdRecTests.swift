import Foundation
import Platform
import TestSupport
import Testing

/// What sd-rec makes of a device.
@Suite(.fewAtOnce) struct SdRecTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private let fast = virtual("pace=fast")

  private func record(
    _ arguments: String..., environment: [String: String?] = virtual("pace=fast")
  ) async throws -> ToolResult {
    try await runTool(
      "sd-rec", ["-q", "-D", "virtual:null"] + arguments, environment: environment)
  }

  @Test(arguments: [1, 10, 255, 256, 257, 4800])
  func asManyFramesAsWereAskedFor(_ count: Int) async throws {
    let result = try await record("-n", "\(count)")
    result.expectSilentSuccess()
    #expect(Sound(result.output) == Sound([UInt8](repeating: 0, count: count * 8)))
  }

  @Test func lengthsAndFormats() async throws {
    #expect(try await record("-d", "0").output.isEmpty)
    #expect(try await record("-d", "10ms", "-f", "s16le").output.count == 480 * 4)
    #expect(try await record("-d", "480f", "-f", "s24le", "-c", "1").output.count == 480 * 3)
    #expect(try await record("-n", "480", "-f", "f64").output.count == 480 * 16)
    // Silence is 0x80 in unsigned bytes, 0xFF in mu-law.
    let bytes = try await record("-n", "3", "-f", "u8", "-c", "1", "--no-dither").output
    #expect(bytes == [0x80, 0x80, 0x80])
    let law = try await record("-n", "3", "-f", "ulaw", "-c", "1", "--no-dither").output
    #expect(law == [0xFF, 0xFF, 0xFF])
  }

  @Test func resamplingKeepsTheLength() async throws {
    let result = try await record(
      "-r", "44100", "-n", "4410", "-c", "1",
      environment: virtual("pace=fast", "rate=48000"))
    result.expectSilentSuccess()
    #expect(result.output.count == 4410 * 4)
  }

  @Test(arguments: [
    ("a.wav", "s24le"), ("a.au", "s24be"), ("a.aiff", "s24be"), ("a.caf", "s24be"),
    ("a.w64", "s24le"), ("a.rf64", "s24le"), ("a.flac", "s24le"), ("a.ogg", "f32le"),
    ("a.s16be", "s16be"), ("a.raw", "f32le"),
  ])
  func theNameTellsTheType(name: String, encoding: String) async throws {
    let path = folder.file(name)
    try await record("-n", "4800", path).expectSilentSuccess()
    guard !name.hasSuffix("raw"), !name.hasSuffix("s16be") else {
      let size = encoding == "s16be" ? 4 : 8
      #expect(try folder.read(name).count == 4800 * size)
      return
    }
    let info = try await runTool("sd-cat", ["-j", path])
    let value = try JSONSerialization.jsonObject(with: Data(info.output))
    let file = try #require((value as? [[String: Any]])?.first)
    #expect(file["frames"] as? Int == 4800, "\(info.outputText)")
    let env = try await runTool("sd-cat", ["--env", path])
    #expect(
      env.outputText.hasPrefix("SD_RATE=48000 SD_CHANNELS=2 SD_FORMAT=\(encoding.prefix(3))"),
      "\(env.outputText)")
  }

  @Test func anEncodingIsChosen() async throws {
    let path = folder.file("a.wav")
    try await record("-n", "100", "-f", "s16", path).expectSilentSuccess()
    let env = try await runTool("sd-cat", ["--env", path])
    #expect(env.outputText.contains("SD_FORMAT=s16le"))
    let typed = folder.file("take")
    try await record("-n", "100", "-t", "flac", typed).expectSilentSuccess()
    #expect(try folder.read("take").starts(with: Array("fLaC".utf8)))
  }

  @Test(arguments: ["au", "wav", "flac"]) func headersGoThroughPipes(_ type: String) async throws {
    let stages = try await runPipeline([
      Command.tool("sd-rec", ["-q", "-D", "virtual:null", "-t", type, "-r", "8000", "-n", "800"])
        .with(environment: fast),
      Command.tool("sd-cat", ["-t", "raw", "-f", "s16le"]),
    ])
    for stage in stages { stage.expectSilentSuccess() }
    #expect(stages[1].output.count == 800 * 4)
  }

  @Test func existingFilesAreReplacedUnlessForbidden() async throws {
    let path = try folder.write([1, 2, 3], to: "a.raw")
    let refused = try await record("-n", "10", "--no-clobber", path)
    refused.expectFailure(1, path)
    #expect(try folder.read("a.raw") == [1, 2, 3])
    try await record("-n", "10", path).expectSilentSuccess()
    #expect(try folder.read("a.raw").count == 80)
    let new = folder.file("new.raw")
    try await record("-n", "10", "--no-clobber", new).expectSilentSuccess()
  }

  @Test(.usesSoundServer) func channelsAreChosenInOrder() async throws {
    // An ALSA device that gives channel numbers.
    let frames = [[Int16]](repeating: [1, 2, 3, 4], count: 4800).flatMap(\.self)
    let alsa = try ALSAFiles(source: bytes(of: frames))
    func record(_ arguments: String...) async throws -> [Int16] {
      let result = try await runTool(
        "sd-rec", ["-q", "-D", "source", "-r", "48000", "-f", "s16le", "-n", "100"] + arguments,
        environment: alsa.environment)
      result.expectSilentSuccess()
      return values(of: Int16.self, from: result.output)
    }
    #expect(try await record("-c", "4") == Array(frames[..<400]))
    // The device is opened with as many channels as the map needs.
    let mapped = try await record("-m", "4,2")
    #expect(mapped == (0..<200).map { $0 % 2 == 0 ? 4 : 2 })
  }

  @Test(.usesSoundServer) func integersAreRecordedUnchanged() async throws {
    let samples = bytes(of: noise(480))
    let alsa = try ALSAFiles(source: samples)
    let result = try await runTool(
      "sd-rec", ["-q", "-D", "source", "-r", "48000", "-f", "s16le", "-n", "480"],
      environment: alsa.environment)
    result.expectSilentSuccess()
    #expect(Sound(result.output) == Sound(samples))
  }

  // MARK: Ends

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsAnOpenRecordingWell(_ signal: Int32) async throws {
    let path = folder.file("a.wav")
    try await withTool(.tool("sd-rec", ["-D", "virtual:null", path])) { tool in
      try await tool.waitUntilRunning()
      tool.send(signal)
      #expect(try await tool.wait(timeout: .seconds(5)) == .exited(0))
    }
    let info = try await runProgram("sox", [path, "-n", "stat"])
    #expect(info.succeeded, "\(info)")
  }

  @Test func twoSignalsAtOnceLeaveTheFileComplete() async throws {
    let path = folder.file("a.wav")
    try await withTool(.tool("sd-rec", ["-D", "virtual:null", path])) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGINT)
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(5)) == .exited(0))
    }
    let size = try folder.read("a.wav").count
    let data = try await runTool("sd-cat", ["-f", "f32", path])
    // Four bytes a sample, of the file's three.
    let sampleCount = data.output.count / 4
    #expect(data.succeeded && sampleCount > 0 && sampleCount * 3 < size, "\(data)")
  }

  @Test func aRecordingWithALengthDiesOfTheSignal() async throws {
    let path = folder.file("a.wav")
    try await withTool(.tool("sd-rec", ["-D", "virtual:null", "-d", "60", path])) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(5)) == .signalled(SIGINT))
    }
    #expect(try await runTool("sd-cat", [path]).succeeded)
  }

  @Test func itStopsWhenStandardInputCloses() async throws {
    let path = folder.file("a.wav")
    let command = Command.tool("sd-rec", ["-D", "virtual:null", "--while-stdin", path])
      .reading(.pipe)
    try await withTool(command) { tool in
      try await tool.waitUntilRunning()
      try await tool.write([1, 2, 3])
      tool.closeInput()
      let result = try await tool.finish(timeout: .seconds(5))
      #expect(result.succeeded, "\(result)")
    }
    #expect(try await runTool("sd-cat", [path]).succeeded)
  }

  @Test(arguments: ["a.wav", "a.au", "a.caf", "a.aiff", "a.w64", "a.rf64"])
  func killedItLosesAtMostTheLastSecond(_ name: String) async throws {
    let path = folder.file(name)
    try await withTool(.tool("sd-rec", ["-D", "virtual:null", path])) { (tool) async throws in
      let line = try await tool.waitForStatus("a second and a half is recorded") {
        (frames(in: $0) ?? 0) > 72_000
      }
      tool.send(SIGKILL)
      try await tool.wait()
      let told = try #require(frames(in: line))
      let info = try await runTool("sd-cat", ["-f", "u8", path])
      #expect(info.succeeded, "\(info)")
      // A second, and what was on its way.
      #expect(info.output.count / 2 >= told - 48_000 * 5 / 4, "\(told)")
    }
  }

  /// The number a status line begins with.
  private func frames(in line: String) -> Int? {
    line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  @Test(.usesSoundServer) func splitsLoseNothing() async throws {
    let frames = (0..<96_000).map { Int16(truncatingIfNeeded: $0) }
    let alsa = try ALSAFiles(source: bytes(of: frames))
    let result = try await runTool(
      "sd-rec",
      [
        "-q", "-D", "source", "-r", "48000", "-f", "s16le", "-n", "4800", "--split", "2000f",
        folder.file("take.wav"),
      ], environment: alsa.environment)
    result.expectSilentSuccess()
    #expect(try folder.names() == ["take-001.wav", "take-002.wav", "take-003.wav"])
    let names = try folder.names().map { folder.file($0) }
    let joined = try await runTool("sd-cat", ["-t", "raw"] + names)
    #expect(Sound(joined.output) == Sound(Array(bytes(of: frames)[..<(4800 * 4)])))
    let sizes = try folder.names().map { try folder.read($0).count }
    #expect(sizes[0] == sizes[1] && sizes[2] < sizes[1])
  }

  @Test func splitsBySizeAndBySignal() async throws {
    try await record(
      "-f", "s16", "-n", "4800", "--split", "10k", folder.file("size.wav")
    ).expectSilentSuccess()
    let sizes = try folder.names().map { try folder.read($0).count }
    #expect(sizes.count == 3 && sizes.allSatisfy { $0 <= 10_000 }, "\(sizes)")
    let command = Command.tool(
      "sd-rec", ["-D", "virtual:null", "--split", "1:00:00", folder.file("usr.wav")])
    try await withTool(command) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGUSR2)
      try await eventually("the next file begins") {
        try folder.names().contains("usr-002.wav")
      }
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(5)) == .exited(0))
    }
    let files = try folder.names().filter { $0.hasPrefix("usr") }.map { folder.file($0) }
    #expect(files.count == 2)
    #expect(try await runTool("sd-cat", files + ["-o", folder.file("b.wav")]).succeeded)
  }

  @Test(.requires("strace")) func aSyncedRecordingIsSynced() async throws {
    func syncCount(_ arguments: [String]) async throws -> Int {
      let path = folder.file("a.wav")
      let trace = folder.file("trace")
      let recorder = [
        try BuiltTool.path(of: "sd-rec"), "-q", "-D", "virtual:null", "-d", "3.5",
      ]
      let result = try await runProgram(
        "strace",
        ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace] + recorder + arguments + [path])
      result.expectSilentSuccess()
      #expect(
        try await runTool("sd-cat", ["-f", "u8", path]).output.count == 2 * 168_000, "\(result)")
      return String(decoding: try folder.read("trace"), as: UTF8.self)
        .split(separator: "\n").count { $0.hasSuffix("= 0") }
    }
    // Once a second, and once at the end.
    #expect(try await syncCount(["--sync"]) >= 3)
    #expect(try await syncCount([]) == 0)
  }
}
