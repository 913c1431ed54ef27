import Foundation
import TestSupport
import Testing

/// A recording whose program is killed: the file is there, and at most a second is missing.
///
/// What is missing is counted from what is in the file, so that a busy machine changes nothing.
@Suite(.requires("sndfile-info", "sox")) struct ToolDeathTests {
  private let rate = 48_000

  /// Types of plain samples, each with the bytes that may stand before them.
  @Test(arguments: ["wav", "rf64", "w64", "caf", "aiff", "au"], [90_000, 700_000])
  func aPlainFileIsReadable(type: String, least: Int) async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("take.\(type)")
    try await withTool(FaultBench.recorder(["-q", "-c", "2", path])) { (tool) async throws in
      // A moment that depends on the machine: a random one.
      try await FaultBench.wait("sound in \(path)") {
        FaultBench.size(path) >= least + Int.random(in: 0...100_000)
      }
      tool.send(SIGKILL)
      try await tool.wait()
    }
    let written = (FaultBench.size(path) - 4096) / 8
    let counts = try await FaultBench.frameCounts(path)
    #expect(try #require(counts.sndfile) > written - rate)
    // sox believes the header of every type, and so must it.
    #expect(try #require(counts.sox) > written - rate)
  }

  /// FLAC: frames of 4096 samples, each whole in the file. MP3: frames of 1152.
  @Test(arguments: ["flac", "mp3"]) func aCodedFileIsReadable(type: String) async throws {
    try await killed(type: type, missing: rate)
  }

  /// Ogg: whole pages, which libsndfile ends at 4 kB of Vorbis; Opus: pages of a fifth of a second.
  @Test(arguments: ["ogg", "opus"]) func anOggFileIsReadable(type: String) async throws {
    try await killed(type: type, missing: rate)
  }

  private func killed(type: String, missing: Int) async throws {
    let folder = try TemporaryDirectory()
    let noise = folder.file("noise.wav")
    // Noise, since silence takes next to no bytes, and so fills no page.
    let made = try await runProgram(
      "sox", ["-n", "-r", "48000", "-c", "1", "-b", "16", noise, "synth", "60", "whitenoise"])
    #expect(made.succeeded)
    let path = folder.file("take.\(type)")
    let command = Command.tool(
      "sd-playrec",
      ["-q", "-D", "virtual:loopback", "--status-fd", "3", noise, path]
    ).with(environment: ["SD_VIRTUAL": "rate=48000"]).writing(.captured, to: 3)
    var told = 0.0
    try await withTool(command) { (tool) async throws in
      // Each line of levels says how far the file is.
      var feed = ""
      while told < 2 {
        feed += String(
          decoding: try await tool.readOutput(1, from: 3, timeout: .seconds(60)), as: UTF8.self)
        guard feed.hasSuffix("\n") else { continue }
        let line = feed.split(separator: "\n").last.map(String.init) ?? ""
        if line.contains("levels"), let position = line.split(separator: "\"position\":").last {
          told = Double(position.prefix { $0.isNumber || $0 == "." }) ?? told
        }
      }
      tool.send(SIGKILL)
      try await tool.wait()
    }
    let decoded = try await runTool("sd-cat", ["-q", "-f", "s16le", path])
    #expect(decoded.output.count / 2 > Int(told * Double(rate)) - missing, "\(decoded)")
    if type != "opus" {
      let counts = try await FaultBench.frameCounts(path)
      #expect(try #require(counts.sox) > Int(told * Double(rate)) - missing)
    }
  }

  @Test func aSeriesLosesNothingOfTheFilesBefore() async throws {
    let folder = try TemporaryDirectory()
    let command = FaultBench.recorder(["-q", "--split", "0.1", folder.file("take.wav")])
    try await withTool(command) { (tool) async throws in
      try await FaultBench.wait("a fourth file") { try folder.names().count >= 4 }
      tool.send(SIGKILL)
      try await tool.wait()
    }
    for name in try folder.names().dropLast() {
      let counts = try await FaultBench.frameCounts(folder.file(name))
      #expect(counts.sndfile == rate / 10, "\(name)")
    }
  }
}
