import Foundation
import TestSupport
import Testing

/// Names of files, of inputs and outputs, whatever bytes they are and wherever they lead.
@Suite struct SdCatNameTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// Runs sd-cat by a shell, which can make names of any bytes.
  private func shell(_ script: String) async throws -> ToolResult {
    var command = Command.shell("set -e; PATH='\(BuiltTool.directory)':$PATH; \(script)")
    command.workingDirectory = folder.path
    return try await run(command)
  }

  private func sound() throws {
    _ = try folder.write(
      bytes(of: TestSignal.noise(of: Int16.self, frameCount: 100, channelCount: 1)),
      to: "a.s16le")
  }

  @Test func aNameInLatin1IsOpenedAndWrittenAsGiven() async throws {
    try sound()
    let result = try await shell(
      """
      o=$(printf 'ma\\337.wav')
      sd-cat --from s16le:48000:1 -o "$o" a.s16le
      test -e "$o"
      sd-cat -t raw "$o" | cmp - a.s16le
      sd-cat --info "$o"
      """)
    #expect(result.succeeded, "\(result)")
    #expect(result.outputText == "ma?.wav: wav s16le, 48000 Hz, 1 channel, 100 frames, 0:00.0\n")
  }

  @Test func noCommandReachesTheTerminal() async throws {
    try sound()
    let name = "a\n\u{1B}[31mb\u{9B}2J.wav"
    let made = try await runTool(
      "sd-cat", ["--from", "s16le:48000:1", "-o", folder.file(name), folder.file("a.s16le")])
    #expect(made.succeeded)
    let info = try await runTool("sd-cat", ["--info", folder.file(name)])
    #expect(info.outputText.contains("a??[31mb?2J.wav: wav"))
    #expect(info.outputText.split(separator: "\n").count == 1)
    let json = try await runTool("sd-cat", ["--info", "-j", folder.file(name)])
    #expect(json.outputText.contains(#"a\n\u001b[31mb\u009b2J.wav"#))
  }

  @Test(arguments: [
    "mkdir x y; ln -s ../y/t.wav x/l.wav; $cat -o x/l.wav; sd-cat -t raw y/t.wav | cmp - a.s16le",
    "$cat -t wav -o /dev/stdout > o.wav; sd-cat -t raw o.wav | cmp - a.s16le",
    "$cat -t wav -o /dev/fd/4 4>p.wav; sd-cat -t raw p.wav | cmp - a.s16le",
    "$cat -o /dev/stdout -t raw | cmp - a.s16le",
    "mkfifo f; $cat -t raw -o f & cmp f a.s16le; wait",
  ])
  func anOutputMayLeadElsewhere(script: String) async throws {
    try sound()
    let result = try await shell(
      script.replacingOccurrences(of: "$cat", with: "sd-cat --from s16le:48000:1 a.s16le"))
    #expect(result.succeeded, "\(result)")
    #expect(result.errorText == "")
  }

  @Test func infoGoesOnPastAFileThatFails() async throws {
    try sound()
    _ = try folder.write([1, 2, 3], to: "bad.wav")
    let result = try await shell(
      "sd-cat --from s16le:48000:1 -o b.wav a.s16le; sd-cat --info none.wav b.wav bad.wav b.wav")
    #expect(result.status == .exited(1))
    #expect(result.outputText.split(separator: "\n").filter { $0.hasPrefix("b.wav: ") }.count == 2)
    #expect(result.errorLines.count == 2, "\(result)")
  }
}
