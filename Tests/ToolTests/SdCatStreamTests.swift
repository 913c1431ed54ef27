import Platform
import TestSupport
import Testing

/// Pipes: partial frames, slow writers, full disks, closed descriptors, readers that go away.
@Suite struct SdCatStreamTests {
  private let endless = Command.tool("sd-cat", ["--from", "u8:8000:1", "/dev/zero"])

  private var plain: Command {
    var command = endless
    command.arguments += ["-t", "raw"]
    return command
  }

  @Test func emptyRawInputIsASuccessOfNoFrames() async throws {
    let result = try await runTool("sd-cat", ["-q"])
    #expect(result.succeeded)
    #expect(result.output.isEmpty)
  }

  #if os(Linux)
    /// Only where no frame can be waited for: what a pipe holds is late.
    @Test(.requires("bash", "python3")) func aPipeHoldsMoreOfWhatComesFromAFile() async throws {
      let folder = try TemporaryDirectory()
      let path = try folder.write([UInt8](repeating: 0, count: 100_000), to: "a.raw")
      let program = try BuiltTool.path(of: "sd-cat") + " -q -f s16le --from s16le:48000:2"
      let size =
        "python3 -c 'import fcntl, sys; sys.stdin.buffer.read(1); print(fcntl.fcntl(0, 1032))'"
      for (line, expected) in [
        ("\(program) \(path) | \(size)", 1 << 20), ("cat \(path) | \(program) | \(size)", 1 << 16),
      ] {
        let result = try await runProgram("bash", ["-c", line])
        #expect(result.outputText == "\(expected)\n", "\(line): \(result)")
      }
    }
  #endif

  /// A header in a pipe cannot be taken back, so the length that it promised is the status.
  @Test(.requires("bash"), arguments: ["wav", "au", "flac"])
  func aPromisedLengthThatIsNotReachedIsStatusOne(_ type: String) async throws {
    let folder = try TemporaryDirectory()
    let whole = folder.file("whole.au")
    let made = try await runTool(
      "sd-cat", ["--from", "s16le:48000:2", "-o", whole],
      stdin: .bytes([UInt8](repeating: 1, count: 48_000 * 4)))
    #expect(made.succeeded, "\(made)")
    try folder.write(Array(try folder.read("whole.au").prefix(100_000)), to: "cut.au")
    let tool = try BuiltTool.path(of: "sd-cat")
    func pass(_ name: String) async throws -> ToolResult {
      let line = "cat '\(folder.file(name))' | '\(tool)' -t \(type) | cat; exit ${PIPESTATUS[1]}"
      return try await runProgram("bash", ["-c", line])
    }
    let good = try await pass("whole.au")
    #expect(good.succeeded && good.errorText.isEmpty, "\(good)")
    let cut = try await pass("cut.au")
    #expect(cut.status == .exited(1), "\(cut)")
    let frameCount = (100_000 - (try folder.read("whole.au").count - 192_000)) / 4
    #expect(cut.errorText == "sd-cat: stdin: ends early: \(frameCount) of 48000 frames\n")
    if type == "wav" {
      // As promised, since the input's header said so.
      #expect(Array(cut.output[40..<44]) == bytes(of: [UInt32(192_000).littleEndian]))
    }
  }

  @Test func aCutHeaderIsAnError() async throws {
    let result = try await runTool("sd-cat", stdin: .text("RIFF\u{0}\u{0}"))
    #expect(result.status == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("sd-cat: stdin: "))
  }

  @Test func trailingBytesAreReportedAfterEverythingElse() async throws {
    let whole = bytes(of: [0.5, -0.5, 0.25, -0.25] as [Float])
    let result = try await runTool("sd-cat", ["-q"], stdin: .bytes(whole + [1, 2, 3]))
    #expect(Sound(result.output) == Sound(whole))
    #expect(result.errorText == "sd-cat: stdin: 3 trailing bytes ignored (a frame is 8 bytes)\n")
    #expect(result.status == .exited(1))
  }

  @Test func oneByteAtATimeIsTheSameSound() async throws {
    let sound = (0..<40).map { UInt8($0) }
    let command = Command.tool("sd-cat", ["--from", "s24le:8000:1", "-f", "s24be"]).reading(.pipe)
    let result = try await withTool(command) { (tool) async throws in
      for byte in sound { try await tool.write([byte]) }
      tool.closeInput()
      return try await tool.finish()
    }
    #expect(result.output == swapped(Array(sound.prefix(39)), sampleSize: 3))
    #expect(result.status == .exited(1))
  }

  @Test func aFrameIsPassedOnWithoutWaitingForTheNext() async throws {
    let command = Command.tool("sd-cat", ["-t", "raw", "--from", "s16le:8000:2"])
      .reading(.pipe)
    try await withTool(command) { (tool) async throws in
      for frame in [[1, 2, 3, 4], [5, 6, 7, 8]] as [[UInt8]] {
        try await tool.write(frame)
        #expect(try await tool.readOutput(4) == frame)
      }
    }
  }

  @Test func aFullDiskIsOneLineAndAFailure() async throws {
    for arguments in [["-t", "raw"], ["-o", "/dev/full"]] {
      var command = endless
      command.arguments += arguments
      let result = try await run(command.writing(arguments[0] == "-t" ? .file("/dev/full") : .null))
      #expect(result.status == .exited(1))
      let name = arguments[0] == "-t" ? "stdout" : "/dev/full"
      #expect(result.errorText == "sd-cat: \(name): no space left on device\n")
    }
  }

  @Test(arguments: ["raw", "wav", "au", "flac", "ogg"])
  func aReaderThatGoesAwayEndsItQuietly(_ type: String) async throws {
    var command = endless
    command.arguments += ["-t", type]
    let stages = try await runPipeline([command, .program("head", ["-c", "10"])])
    #expect(stages[0].status == .signalled(SIGPIPE))
    #expect(stages[0].errorText.isEmpty)
  }

  @Test func aBrokenPipeIsAnErrorWherePIPEIsIgnored() async throws {
    let result = try await run(plain.ignoring("PIPE").writing(.broken))
    #expect(result.status == .exited(1))
    #expect(result.errorText == "sd-cat: stdout: broken pipe\n")
  }

  @Test func closedDescriptorsAreErrorsAndTakenByNobody() async throws {
    let input = try await run(Command.tool("sd-cat", ["-q"]).reading(.closed))
    #expect(input.status == .exited(1))
    #expect(input.errorText == "sd-cat: stdin: bad file descriptor\n")

    let output = try await run(plain.writing(.closed))
    #expect(output.status == .exited(1))
    #expect(output.errorText == "sd-cat: stdout: bad file descriptor\n")

    // Without stderr the complaint has no place, least of all in the sound.
    let folder = try TemporaryDirectory()
    let path = folder.file("a.s16le")
    let silent = Command.tool("sd-cat", ["--from", "s16le:8000:1", "-o", path])
      .reading(.bytes([1, 2, 3])).writing(.closed, to: 2)
    #expect(try await run(silent).status == .exited(1))
    #expect(try folder.read("a.s16le") == [1, 2])
  }

  @Test func theLineOnATerminalIsDrawnForAFileAndWipedAway() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    let sound = [UInt8](repeating: 0x80, count: 8000)
    let command = Command.tool("sd-cat", ["--from", "u8:8000:1", "-o", path])
      .reading(.bytes(sound)).writing(.terminal, to: 2)
    let drawn = try await run(command).terminalText
    #expect(drawn.hasPrefix("\r0:"))
    #expect(drawn.hasSuffix("\r\u{1B}[K"))
    var quiet = command
    quiet.arguments.append("--no-progress")
    #expect(try await run(quiet).terminalText.isEmpty)
    // Inside a pipeline the terminal belongs to another program.
    let piped = Command.tool("sd-cat", ["-t", "raw", "--from", "u8:8000:1"])
      .reading(.bytes(sound)).writing(.terminal, to: 2)
    #expect(try await run(piped).terminalText.isEmpty)
  }
}
