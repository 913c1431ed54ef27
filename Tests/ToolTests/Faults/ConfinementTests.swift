import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Platform
#endif

/// What sd-cat gives up before it looks into a file.
@Suite(.enabled("needs Landlock and seccomp") { try await Confining.isPossible })
struct ConfinementTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func attempt(_ words: String...) async throws -> TestSupport.ExitStatus {
    try await run(Command.tool("sd-test-confined", words)).status
  }

  @Test(arguments: ["nothing", "thread", "memory"])
  func whatADecoderNeedsWorks(deed: String) async throws {
    #expect(try await attempt(deed) == .exited(0))
  }

  @Test func aTerminalIsStillKnown() async throws {
    let command = Command.tool("sd-test-confined", ["terminal"]).writing(.terminal)
    #expect(try await run(command).status == .exited(0))
  }

  @Test(arguments: ["socket", "kill", "remove", "run"])
  func aForbiddenCallDies(deed: String) async throws {
    let path = try folder.write([1], to: "kept")
    #expect(try await attempt(deed, deed == "run" ? "/bin/true" : path) == .signalled(SIGSYS))
    #expect(try folder.read("kept") == [1])
  }

  @Test func noFileCanBeOpened() async throws {
    let path = try folder.write([1], to: "kept")
    #expect(try await attempt("read", path) == .exited(1))
    #expect(try await attempt("code", path) == .exited(1))
    #expect(try await attempt("spawn", "/bin/true") == .exited(1))
  }

  @Test func onlyTheOutputsFolderCanBeWritten() async throws {
    #expect(try await attempt("create", folder.file("new")) == .exited(0))
    #expect(try await attempt("create late", folder.file("newer")) == .exited(1))
    #expect(try folder.names() == ["new"])
  }

  @Test func sdCatSaysWhetherItIsConfined() async throws {
    let path = try folder.write([UInt8](repeating: 0, count: 100), to: "a.u8")
    let words = ["-v", "-t", "raw", "--from", "u8:8000:1", path]
    for arguments in [words, words + ["-o", folder.file("a.wav")], words + ["--info"]] {
      let result = try await runTool("sd-cat", arguments)
      #expect(result.succeeded, "\(result)")
      #expect(result.errorText.contains("sd-cat: confined by Landlock and seccomp\n"))
    }
  }

  @Test func sdPlotIsConfinedTheSameWay() async throws {
    let path = try folder.write([UInt8](repeating: 128, count: 10_000), to: "a.u8")
    let words = ["-v", "-r", "8000", "-c", "1", path]
    for more in [["--stats"], ["--levels"], ["-o", folder.file("a.png")], ["--through"]] {
      let arguments = more == ["--through"] ? ["-v", "-f", "u8", "--through"] : more + words
      let result = try await runTool("sd-plot", arguments, stdin: .bytes([UInt8](0...255)))
      #expect(result.succeeded, "\(result)")
      #expect(result.errorText.contains("sd-plot: confined by Landlock and seccomp\n"))
    }
  }

  /// The whole of a run goes on after the means are gone: threads, signals, every kind of output.
  @Test(arguments: ["wav", "flac", "ogg", "opus", "mp3", "caf", "sd2", "raw"])
  func everyOutputCanStillBeWritten(type: String) async throws {
    let sound = bytes(of: TestSignal.noise(of: Int16.self, frameCount: 48_000, channelCount: 2))
    let path = try folder.write(sound, to: "a.s16le")
    let output = folder.file("out.\(type)")
    for _ in 0..<2 {
      let result = try await runTool(
        "sd-cat", ["--from", "s16le:48000:2", path, "-", "-o", output, "-r", "24000"],
        stdin: .bytes(sound))
      #expect(result.succeeded, "\(result)")
    }
    let description = try await runTool(
      "sd-cat", ["--env", output] + (type == "raw" ? ["--from", "s16le"] : []))
    #expect(description.succeeded, "\(description)")
  }

  @Test func anOutputOfItsOwnFolderIsFoundByEveryPath() async throws {
    let path = try folder.write([UInt8](repeating: 0, count: 100), to: "a.u8")
    var command = Command.tool("sd-cat", ["--from", "u8:8000:1", path, "-o", "b.wav"])
    command.workingDirectory = folder.path
    #expect(try await run(command).succeeded)
    let missing = try await runTool(
      "sd-cat", ["--from", "u8:8000:1", path, "-o", folder.file("none/b.wav")])
    #expect(missing.errorText == "sd-cat: \(folder.file("none")): no such directory\n")
    #expect(missing.status == .exited(1))
  }
}

private enum Confining {
  /// Whether the kernel has the means.
  static var isPossible: Bool {
    get async throws {
      let result = try await run(Command.tool("sd-test-confined", ["nothing"]))
      return result.errorText.contains("confined by Landlock and seccomp\n")
    }
  }
}
