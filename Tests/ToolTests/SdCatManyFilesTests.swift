import TestSupport
import Testing

/// Several files, which sd-cat decodes side by side.
@Suite struct SdCatManyFilesTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  /// Files of different lengths, so that the later ones are decoded first.
  private func make(_ count: Int) async throws -> (paths: [String], sounds: [[UInt8]]) {
    var (paths, sounds): ([String], [[UInt8]]) = ([], [])
    for index in 0..<count {
      let sound = bytes(
        of: TestSignal.noise(
          of: Int16.self, frameCount: index == 0 ? 300_000 : 9_000 + index, channelCount: 2))
      let path = folder.file("\(index).flac")
      let made = try await runTool(
        "sd-cat", ["--from", "s16le:48000:2", "-o", path], stdin: .bytes(sound))
      #expect(made.succeeded, "\(made)")
      paths.append(path)
      sounds.append(sound)
    }
    return (paths, sounds)
  }

  @Test func theyAreJoinedInOrder() async throws {
    let (paths, sounds) = try await make(12)
    let joined = try await runTool("sd-cat", ["-f", "s16le"] + paths)
    #expect(joined.succeeded, "\(joined.errorText)")
    #expect(Sound(joined.output) == Sound(sounds.flatMap { $0 }))
    let later = try await runTool("sd-cat", ["-f", "s16le", "-S", "300001f"] + paths)
    #expect(Sound(later.output) == Sound(Array(sounds[1...].joined().dropFirst(4))))
  }

  @Test func damageInTheMiddleIsReportedAndTheRestIsRead() async throws {
    let (paths, sounds) = try await make(5)
    var damaged = try folder.read("2.flac")
    damaged.removeLast(damaged.count / 2)
    try folder.write(damaged, to: "2.flac")
    let joined = try await runTool("sd-cat", ["-f", "s16le"] + paths)
    #expect(joined.status == .exited(1))
    #expect(joined.errorText.hasPrefix("sd-cat: \(paths[2]): ends early"), "\(joined.errorText)")
    let before = sounds[0] + sounds[1]
    let after = sounds[3] + sounds[4]
    #expect(joined.output.starts(with: before))
    #expect(joined.output.suffix(after.count).elementsEqual(after))
  }

  @Test func checkKeepsTheOrderOfOperands() async throws {
    var (paths, _) = try await make(6)
    try folder.write([1, 2, 3], to: "3.flac")
    paths.insert(folder.file("missing.flac"), at: 1)
    let result = try await runTool("sd-cat", ["--check"] + paths)
    #expect(result.status == .exited(1))
    let lines = result.outputText.split(separator: "\n")
    #expect(lines.count == paths.count)
    for (line, path) in zip(lines, paths) { #expect(line.hasPrefix("\(path): ")) }
    #expect(lines[0].hasSuffix(": good, 300000 frames"))
    #expect(lines[1].contains(": bad, "))
    #expect(lines[4].contains(": bad, "))
    #expect(lines[6].hasSuffix(": good, 9005 frames"))
  }

  @Test(.requires("bash")) func aReaderThatGoesAwayEndsItQuietly() async throws {
    let (paths, _) = try await make(4)
    let tool = try BuiltTool.path(of: "sd-cat")
    let result = try await runProgram(
      "bash",
      [
        "-c", "\(tool) -f s16le \"$@\" | head -c 4096 | wc -c; echo ${PIPESTATUS[0]}", "bash",
      ] + paths)
    #expect(result.outputText.split(whereSeparator: \.isWhitespace) == ["4096", "141"])
    #expect(result.errorText.isEmpty)
  }
}
