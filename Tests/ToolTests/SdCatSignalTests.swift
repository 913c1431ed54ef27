import Foundation
import Platform
import TestSupport
import Testing

/// Signals: from every state where sd-cat can be blocked.
@Suite struct SdCatSignalTests {
  private let waiting = Command.tool("sd-cat", ["-t", "raw", "--from", "u8:8000:1"])
    .reading(.pipe)
  private let stuffed = Command.tool(
    "sd-cat", ["-t", "raw", "--from", "u8:8000:1", "/dev/zero"]
  )
  .writing(.onDemand)

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func oneSignalEndsABlockedRead(_ signal: Int32) async throws {
    try await withTool(waiting) { (tool) async throws in
      // Once the first byte is through, it waits for the second.
      try await tool.write([1])
      #expect(try await tool.readOutput(1) == [1])
      tool.send(signal)
      #expect(try await tool.wait() == .signalled(signal))
      #expect(tool.errorText.isEmpty)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func oneSignalEndsABlockedWrite(_ signal: Int32) async throws {
    try await withTool(stuffed) { (tool) async throws in
      #expect(try await tool.readOutput(1) == [0])
      tool.send(signal)
      #expect(try await tool.wait() == .signalled(signal))
      #expect(tool.errorText.isEmpty)
    }
  }

  @Test func aSignalEndsTheWaitForAWriterOfANamedPipe() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("fifo")
    let isMade = unsafe mkfifo(path, 0o600) == 0
    try #require(isMade)
    try await withTool(.tool("sd-cat", ["-t", "raw", "--from", "u8", path])) {
      (tool) async throws in
      // USR1 is answered once the signals are taken care of.
      try await answer(tool)
      tool.send(SIGTERM)
      #expect(try await tool.wait() == .signalled(SIGTERM))
    }
  }

  @Test func aSignalEndsTheWaitForAReaderOfANamedPipe() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("fifo")
    let isMade = unsafe mkfifo(path, 0o600) == 0
    try #require(isMade)
    try await withTool(.tool("sd-cat", ["--from", "u8", "/dev/zero", "-o", path])) {
      (tool) async throws in
      try await answer(tool)
      tool.send(SIGTERM)
      #expect(try await tool.wait() == .signalled(SIGTERM))
    }
  }

  @Test func aProgramThatHangsElsewhereEndsToo() async throws {
    // Its own messages fill the pipe of stderr, where no signal interrupts it. More files than the
    // usual limit, too.
    let folder = try TemporaryDirectory()
    let path = try folder.write([1, 2, 3, 4, 5, 6, 7, 8], to: "a.raw")
    let command = Command.tool(
      "sd-cat", ["-v", "--from", "u8"] + Array(repeating: path, count: 1500)
    )
    .writing(.onDemand, to: 2)
    try await withTool(command) { (tool) async throws in
      #expect(try await tool.readOutput(7, from: 2) == Array("sd-cat:".utf8))
      tool.send(SIGTERM)
      #expect(try await tool.wait() == .signalled(SIGTERM))
    }
  }

  @Test func anInterruptedFileIsComplete() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    let sound = [UInt8](repeating: 0x90, count: 4000)
    let command = Command.tool("sd-cat", ["--from", "u8:8000:1", "-o", path]).reading(.pipe)
    try await withTool(command) { (tool) async throws in
      try await answer(tool)
      try await tool.write(sound)
      try await eventually("the file is written") {
        tool.send(SIGUSR1)
        return tool.errorText.contains("4000 frames")
      }
      tool.send(SIGTERM)
      #expect(try await tool.wait() == .signalled(SIGTERM))
    }
    let back = try await runTool("sd-cat", ["-t", "raw", path])
    #expect(Sound(back.output) == Sound(sound))
    #expect(back.succeeded)
  }

  @Test func signalsInheritedAsIgnoredStayIgnored() async throws {
    try await withTool(waiting.ignoring("INT", "HUP")) { (tool) async throws in
      try await tool.write([1])
      #expect(try await tool.readOutput(1) == [1])
      tool.send(SIGINT)
      tool.send(SIGHUP)
      try await tool.write([2])
      #expect(try await tool.readOutput(1) == [2])
      tool.closeInput()
      #expect(try await tool.wait() == .exited(0))
    }
  }

  @Test func controlCStopsAShellLoop() async throws {
    // The shell stops because its child died of INT, and does not go on to the second.
    let folder = try TemporaryDirectory()
    try folder.write([], to: "out")
    let fifo = folder.file("fifo")
    let isMade = unsafe mkfifo(fifo, 0o600) == 0
    try #require(isMade)
    // Both ends, so that opening does not wait and the end never comes.
    let writer = try #require(FileHandle(forUpdatingAtPath: fifo))
    defer { try? writer.close() }
    let tool = try BuiltTool.path(of: "sd-cat")
    let script =
      "for i in 1 2; do \"\(tool)\" --from u8 -t raw '\(fifo)' > '\(folder.file("out"))'; "
      + "echo end $i; done"
    let command = Command.shell(script).reading(.terminal).writing(.terminal).writing(
      .terminal, to: 2)
    try await withTool(command) { (shell) async throws in
      try writer.write(contentsOf: Array("a\n".utf8))
      try await eventually("a line is through") { try folder.read("out") == Array("a\n".utf8) }
      shell.type("\u{3}")
      #expect(try await shell.wait() == .signalled(SIGINT))
      #expect(!shell.terminalText.contains("end"))
    }
  }

  @Test func usr1PrintsAStatusLine() async throws {
    try await withTool(waiting) { (tool) async throws in
      try await tool.write([1, 2, 3])
      #expect(try await tool.readOutput(3) == [1, 2, 3])
      try await eventually("all three are counted") {
        tool.send(SIGUSR1)
        return tool.errorText.contains("sd-cat: 3 frames, 0:00.0\n")
      }
      tool.closeInput()
      #expect(try await tool.wait() == .exited(0))
    }
  }

  @Test func stopAndContinueLoseNothing() async throws {
    try await withTool(waiting) { (tool) async throws in
      try await tool.write([1])
      #expect(try await tool.readOutput(1) == [1])
      tool.send(SIGTSTP)
      try await tool.write([2])
      tool.send(SIGCONT)
      #expect(try await tool.readOutput(1) == [2])
      tool.closeInput()
      #expect(try await tool.wait() == .exited(0))
    }
  }

  @Test func usr2WithoutAnythingToSplitKeepsItsMeaning() async throws {
    try await withTool(waiting) { (tool) async throws in
      try await answer(tool)
      tool.send(SIGUSR2)
      #expect(try await tool.wait() == .signalled(SIGUSR2))
    }
  }

  /// Waits until the tool answers USR1; before it has come so far, the signal would end it.
  private func answer(_ tool: ToolProcess) async throws {
    #if os(Linux)
      try await eventually("signals are blocked") {
        let status = try String(
          contentsOfFile: "/proc/\(tool.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
        let mask = line.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) } ?? 0
        return mask & (1 << UInt64(SIGUSR1 - 1)) != 0
      }
    #else
      try await Task.sleep(for: .milliseconds(300))
    #endif
    tool.send(SIGUSR1)
    try await tool.waitForError(containing: "sd-cat: ")
  }
}
