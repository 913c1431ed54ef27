import Foundation
import TestSupport
import Testing

@Suite struct ToolProcessTests {
  @Test func outputErrorAndStatusComeBack() async throws {
    let result = try await run(.shell("cat; echo no >&2; exit 7").reading(.text("yes")))
    #expect(result.status == .exited(7))
    #expect(result.outputText == "yes")
    #expect(result.errorText == "no\n")
    #expect(!result.succeeded)
  }

  @Test func deathBySignalIsTold() async throws {
    let result = try await run(.shell("kill -KILL $$"))
    #expect(result.status == .signalled(SIGKILL))
    #expect(result.status.shellStatus == 137)
  }

  @Test func megabytesPassThroughBothPipes() async throws {
    let data = TestSignal.noise(of: UInt8.self, frameCount: 3 << 20, channelCount: 1)
    let result = try await runProgram("cat", stdin: .bytes(data))
    #expect(result.output == data)
  }

  @Test func filesServeAsInputAndOutput() async throws {
    let directory = try TemporaryDirectory()
    let input = try directory.write([1, 2, 3], to: "in")
    let command = Command.program("cat").reading(.file(input)).writing(.file(directory.file("out")))
    #expect(try await run(command).succeeded)
    #expect(try directory.read("out") == [1, 2, 3])
  }

  @Test func bytesGoInAndOutInPieces() async throws {
    try await withTool(.program("cat").reading(.pipe)) { cat in
      for piece: [UInt8] in [[1], [2, 3], [4, 5, 6]] {
        try await cat.write(piece)
        #expect(try await cat.readOutput(piece.count) == piece)
      }
      #expect(cat.status == nil)
      cat.closeInput()
      let end = try await cat.readOutput(1)
      #expect(end.isEmpty)
      let status = try await cat.wait()
      #expect(status == .exited(0))
    }
  }

  @Test func anUnreadPipeHoldsTheChildBack() async throws {
    try await withTool(.program("yes").writing(.onDemand)) { yes in
      let head = try await yes.readOutput(4)
      #expect(head == Array("y\ny\n".utf8))
      #expect(yes.status == nil)
      yes.send(SIGTERM)
      let status = try await yes.wait()
      #expect(status == .signalled(SIGTERM))
    }
  }

  @Test func closedDescriptorsAreClosed() async throws {
    for (input, output, expected) in [
      (ProcessInput.closed, ProcessOutput.closed, "0\n1\n"), (.closed, .captured, "0\n"),
      (.null, .closed, "1\n"), (.null, .captured, ""),
    ] {
      let probe = "for fd in 0 1; do test -e /proc/$$/fd/$fd || echo $fd >&2; done"
      let result = try await run(.shell(probe).reading(input).writing(output))
      #expect(result.errorText == expected)
    }
  }

  @Test func nothingButTheNamedDescriptorsIsInherited() async throws {
    let result = try await run(
      .program("ls", ["/proc/self/fd"]).writing(.captured, to: 5))
    // 3 is the directory that ls itself has opened.
    #expect(result.outputText == "0\n1\n2\n3\n5\n")
  }

  @Test func moreDescriptorsAreCapturedAndJoined() async throws {
    let result = try await run(
      .shell("echo a; echo b >&2; echo c >&5").writing(.captured, to: 5).writing(.same(2)))
    #expect(result.outputs[5] == Array("c\n".utf8))
    #expect(result.errorText == "a\nb\n")
  }

  @Test func writingToAGoneReaderKillsTheChild() async throws {
    let result = try await run(.program("yes").writing(.broken))
    #expect(result.status == .signalled(SIGPIPE))
  }

  @Test func anIgnoredSignalIsInherited() async throws {
    let result = try await run(.program("yes").writing(.broken).ignoring("PIPE"))
    #expect(result.status == .exited(1))
    #expect(result.errorText.lowercased().contains("broken pipe"))
  }

  @Test func signalsArriveWithTheirDefaults() async throws {
    let masks = try await run(.program("grep", ["-E", "^Sig(Blk|Ign)", "/proc/self/status"]))
    let sets = masks.outputText.split(separator: "\n").compactMap { line in
      line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    }
    // The first bits are the signals that have names; 32 and 33 are glibc's own.
    #expect(sets.map { $0 & 0x7FFF_FFFF } == [0, 0], "\(masks.outputText)")
  }

  @Test func aWriteToAChildThatLeftIsAnError() async throws {
    try await withTool(.program("true").reading(.pipe)) { child in
      try await child.wait()
      await #expect(throws: ToolFailure.self) {
        try await child.write([UInt8](repeating: 0, count: 1 << 20))
      }
      await #expect(throws: ToolFailure.self) { try await child.write([1]) }
    }
  }

  @Test func aHangIsKilledAndNamed() async throws {
    let failure = try await #require(throws: ToolFailure.self) {
      try await run(
        .shell("echo so far >&2; sleep 1000"), timeout: .milliseconds(300))
    }
    #expect(failure.description.contains("sleep 1000"))
    #expect(failure.description.contains("so far"))
  }

  @Test func theScopeEndsChildrenAndGrandchildrenEvenOnErrors() async throws {
    struct Stop: Error {}
    var numbers: [Int32] = []
    await #expect(throws: Stop.self) {
      try await withTool(.shell("sleep 1000 & echo $!; wait")) { shell in
        let line = try await shell.readOutput(2)
        var rest = line
        while rest.last != UInt8(ascii: "\n") { rest += try await shell.readOutput(1) }
        let number = String(decoding: rest, as: UTF8.self).trimmingCharacters(in: .newlines)
        numbers = [shell.processIdentifier, try #require(Int32(number))]
        throw Stop()
      }
    }
    #expect(numbers.count == 2)
    try await eventually("both to be gone") { numbers.allSatisfy { !isRunning($0) } }
  }

  @Test func textOnStandardErrorIsWaitedFor() async throws {
    try await withTool(.shell("read go; echo ready >&2; sleep 1000").reading(.pipe)) { shell in
      try await shell.write(Array("go\n".utf8))
      try await shell.waitForError(containing: "ready")
      #expect(shell.status == nil)
    }
    await #expect(throws: ToolFailure.self) {
      try await withTool(.program("true")) { try await $0.waitForError(containing: "ready") }
    }
  }

  @Test func theEnvironmentIsCleanAndChangeable() async throws {
    let result = try await runProgram("env", environment: ["SD_RATE": "8000", "HOME": nil])
    let lines = result.outputText.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("SD_") } == ["SD_RATE=8000"])
    #expect(!lines.contains { $0.hasPrefix("HOME=") })
    #expect(lines.contains("JACK_NO_START_SERVER=1"))
  }

  @Test func aProgramThatIsNotThereIsNamed() async throws {
    let failure = try await #require(throws: ToolFailure.self) {
      try await runProgram("sd-no-such-program")
    }
    #expect(failure.description.contains("sd-no-such-program"))
    let tool = try await #require(throws: ToolFailure.self) { try await runTool("sd-none") }
    #expect(tool.description.contains("swift build --build-tests"))
  }
}

/// Whether a process exists and is no zombie.
func isRunning(_ pid: Int32) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
    return false
  }
  return !status.contains(") Z ")
}
