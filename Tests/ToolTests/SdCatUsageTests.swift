import TestSupport
import Testing

/// Options, usage errors, and what is refused before anything is opened or cut.
@Suite struct SdCatUsageTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private func cat(_ arguments: String..., stdin: ProcessInput = .null) async throws -> ToolResult {
    try await runTool("sd-cat", arguments, stdin: stdin)
  }

  @Test func helpAndVersionGoToStdout() async throws {
    for flag in ["-h", "--help"] {
      let help = try await cat(flag)
      #expect(help.outputText.contains("USAGE: sd-cat"))
      #expect(help.outputText.contains("--from"))
      #expect(help.errorText.isEmpty)
      #expect(help.succeeded)
    }
    let version = try await cat("-V")
    #expect(version.outputText.hasPrefix("sd-cat (sd tools) "))
    #expect(version.outputText.contains("libsndfile"))
    #expect(version.succeeded)
  }

  @Test func helpThatCannotBeWrittenIsAFailure() async throws {
    let help = Command.tool("sd-cat", ["--help"])
    let full = try await run(help.writing(.file("/dev/full")))
    #expect(full.status == .exited(1))
    #expect(full.errorText == "sd-cat: stdout: no space left on device\n")
    let closed = try await run(help.writing(.closed))
    #expect(closed.status == .exited(1))
    #expect(closed.errorText == "sd-cat: stdout: bad file descriptor\n")
  }

  @Test(arguments: [
    (["-x"], "-x: unknown option"),
    (["--info", "--envv"], "--envv: unknown option, did you mean --env?"),
    (["-r"], "-r: needs a value"),
    (["-r", "48"], "-r 48: a rate below 1000 Hz, did you mean 48k?"),
    (["-d", "1", "-n", "2"], "-d and -n: give one of them, not both"),
    (["-j", "--env"], "-j and --env: give one of them, not both"),
    (["-q", "--meter", "-"], "-q and --meter: give one of them, not both"),
    (["-o", "take.m4a"], "take.m4a: m4a cannot be written; see sd-cat --types"),
    (["-o", "take"], "take: no file extension; add .wav or .flac, or use -t"),
    (["--split", "5"], "--split: unknown option"),
    (["-t", "caf"], "stdout: caf cannot be written to a pipe, try au, wav, flac or ogg"),
  ])
  func aUsageErrorIsOneLineAndStatus2(_ arguments: [String], _ line: String) async throws {
    let result = try await runTool("sd-cat", arguments, stdin: .closed)
    #expect(result.errorText == "sd-cat: \(line)\n")
    #expect(result.status == .exited(2))
    #expect(result.output.isEmpty)
  }

  @Test(arguments: ["SD_RATE", "SD_CHANNELS", "SD_FORMAT"])
  func aBadVariableIsNamed(_ name: String) async throws {
    let result = try await runTool("sd-cat", environment: [name: "bad"])
    #expect(result.status == .exited(2))
    #expect(result.errorText.hasPrefix("sd-cat: \(name)"))
    #expect(try await runTool("sd-cat", ["-q"], environment: [name: ""]).succeeded)
  }

  @Test func soundIsNotWrittenToATerminal() async throws {
    let path = try folder.write([0, 0, 0, 0], to: "a.s16le")
    let command = Command.tool("sd-cat", [path]).writing(.terminal)
    let result = try await run(command)
    #expect(result.status == .exited(2))
    #expect(result.errorText.contains("(stdout is a terminal)"))
    #expect(result.terminalText.isEmpty)
    for arguments in [["-o", folder.file("b.wav")], ["--info"], ["-", path]] {
      let keyboard = try await run(Command.tool("sd-cat", arguments).reading(.terminal))
      keyboard.expectFailure(2, "name a file, or send sound through a pipe (stdin is a terminal)")
    }
    #expect(try folder.names() == ["a.s16le"])
    // What is text may go there.
    let info = try await run(Command.tool("sd-cat", ["--env", path]).writing(.terminal))
    #expect(info.terminalText.contains("SD_FORMAT=s16le"))
  }

  @Test func anInputIsNotCutByBeingTheOutput() async throws {
    let sound: [UInt8] = [1, 2, 3, 4]
    let path = try folder.write(sound, to: "a.s16le")
    let result = try await cat(path, "-o", folder.path + "/./a.s16le")
    #expect(result.status == .exited(2))
    #expect(result.errorText.contains("is also an input"))
    let redirected = try await run(Command.tool("sd-cat", ["-o", path]).reading(.file(path)))
    #expect(redirected.status == .exited(2))
    #expect(try folder.read("a.s16le") == sound)
  }

  @Test func noClobberKeepsTheFile() async throws {
    let old = try folder.write([9], to: "old.wav")
    let result = try await cat("--from", "u8:8000:1", "-o", old, "--no-clobber", stdin: .bytes([1]))
    #expect(result.status == .exited(1))
    #expect(result.errorText == "sd-cat: \(old): file exists\n")
    #expect(try folder.read("old.wav") == [9])
    #expect(try await cat("--from", "u8:8000:1", "-o", old, stdin: .bytes([1])).succeeded)
    #expect(try folder.read("old.wav").count > 44)
  }

  @Test func whatTheTypeCannotHoldIsAUsageErrorAndCutsNothing() async throws {
    let old = try folder.write([9], to: "old.flac")
    let result = try await cat("--from", "u8:8000:1", "-f", "f64", "-o", old, stdin: .bytes([1]))
    #expect(result.status == .exited(2))
    #expect(result.errorText.contains("flac cannot hold f64le"))
    #expect(try folder.read("old.flac") == [9])
  }

  @Test func aMissingFileIsFoundBeforeAnythingIsWritten() async throws {
    let path = try folder.write([0, 0, 0, 0], to: "a.s16le")
    let result = try await cat(path, folder.file("none.wav"))
    #expect(result.status == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText == "sd-cat: \(folder.file("none.wav")): no such file or directory\n")
  }

  @Test func aMissingFolderIsNamed() async throws {
    let path = try folder.write([0, 0, 0, 0], to: "a.s16le")
    let result = try await cat(path, "-o", folder.file("none/b.wav"))
    #expect(result.errorText == "sd-cat: \(folder.file("none")): no such directory\n")
    #expect(try await cat("").errorText == "sd-cat: '': no such file or directory\n")
  }

  @Test func controlCharactersReachNoTerminal() async throws {
    let path = try folder.write([0, 0], to: "a\n\u{1B}[31mb\u{9B}.s16le")
    let info = try await cat("--info", path)
    #expect(info.outputText.split(separator: "\n").count == 1)
    #expect(!info.outputText.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
  }

  @Test func aNameIsShownOnOneLine() async throws {
    let result = try await cat("no\nsuch\u{1B}[31m.wav")
    #expect(result.errorText == "sd-cat: no?such?[31m.wav: no such file or directory\n")
  }
}
