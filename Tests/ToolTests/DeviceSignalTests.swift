import Foundation
import Platform
import TestSupport
import Testing

/// Signals, in every state where a program with a device can be blocked.
@Suite(.fewAtOnce) struct DeviceSignalTests {
  /// A program brought into a state, and how it ends when a signal stops it there.
  struct State: CustomTestStringConvertible {
    var name: String
    var command: Command
    /// Whether the signal is how it is meant to end.
    var isOpenEnded = false
    /// What it is given to read first, where it waits for more.
    var isGiven: [UInt8]?

    var testDescription: String { name }
  }

  private static let raw = ["-f", "s16le", "-r", "48000", "-c", "2"]
  private static let hour = "--stall=1:00:00"

  static let states: [State] = [
    State(
      name: "sd-play, waiting for the first byte",
      command: .tool("sd-play", ["-D", "virtual:null"] + raw).reading(.pipe), isGiven: []),
    State(
      name: "sd-play, blocked in read",
      command: .tool("sd-play", ["-D", "virtual:null"] + raw).reading(.pipe),
      isGiven: [UInt8](repeating: 0, count: 4000)),
    State(
      name: "sd-play, blocked in write to the ring",
      command: .tool("sd-play", ["-D", "virtual:null"] + raw).reading(.file("/dev/zero"))),
    State(
      name: "sd-play, stalled",
      command: .tool("sd-play", ["-D", "virtual:null", hour] + raw).reading(.file("/dev/zero"))
        .with(environment: virtual("stall@9600"))),
    State(
      name: "sd-rec, recording to a pipe",
      command: .tool("sd-rec", ["-q", "-D", "virtual:null"]), isOpenEnded: true),
    State(
      name: "sd-rec, blocked in write",
      command: .tool("sd-rec", ["-q", "-D", "virtual:null"]).writing(.onDemand),
      isOpenEnded: true),
    State(
      name: "sd-rec, stalled",
      command: .tool("sd-rec", ["-q", "-D", "virtual:null", hour]).with(
        environment: virtual("stall@9600")), isOpenEnded: true),
    State(
      name: "sd-rec -d, recording",
      command: .tool("sd-rec", ["-q", "-D", "virtual:null", "-d", "1:00:00"])),
    State(
      name: "sd-playrec, blocked in read",
      command: .tool("sd-playrec", ["-q", "-D", "virtual:loopback"] + raw).reading(.pipe),
      isGiven: [UInt8](repeating: 0, count: 4000)),
    State(
      name: "sd-playrec, blocked in write",
      command: .tool("sd-playrec", ["-q", "-D", "virtual:loopback"] + raw)
        .reading(.file("/dev/zero")).writing(.onDemand)),
    State(
      name: "sd-playrec, stalled",
      command: .tool("sd-playrec", ["-q", "-D", "virtual:loopback", hour] + raw)
        .reading(.file("/dev/zero")).with(environment: virtual("stall@9600"))),
    State(
      name: "sd-wire, running", command: .tool("sd-wire", ["-q", "-D", "virtual:loopback"]),
      isOpenEnded: true),
    State(
      name: "sd-wire, stalled",
      command: .tool("sd-wire", ["-q", "-D", "virtual:loopback", hour]).with(
        environment: virtual("stall@9600")), isOpenEnded: true),
  ]

  @Test(arguments: states, [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsEveryState(_ state: State, _ signal: Int32) async throws {
    try await withTool(state.command) { tool in
      if let bytes = state.isGiven { try await tool.write(bytes) }
      if state.isGiven == [] {
        try await tool.waitForStatus("it answers") { $0.contains("nothing open yet") }
      } else {
        try await tool.waitUntilRunning()
      }
      if state.name.hasSuffix("stalled") { try await waitUntilStill(tool) }
      tool.send(signal)
      // A second, says the contract; the rest is for a machine that is busy with other tests.
      let expected: TestSupport.ExitStatus = state.isOpenEnded ? .exited(0) : .signalled(signal)
      #expect(try await tool.wait(timeout: .seconds(6)) == expected)
      #expect(!tool.errorText.contains("device lost"), "\(tool.errorText)")
    }
  }

  /// Waits until no frames go any more: until a tenth of a second has changed nothing.
  private func waitUntilStill(_ tool: ToolProcess) async throws {
    var last = ""
    try await eventually("it stands still") {
      let line = try await tool.waitForStatus("it answers") { _ in true }
      defer { last = line }
      if line == last { return true }
      try await Task.sleep(for: .milliseconds(100))
      return false
    }
  }

  @Test func aSignalEndsTheWaitForAWriterOfANamedPipe() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("fifo")
    let isMade = unsafe mkfifo(path, 0o600) == 0
    try #require(isMade)
    for line in [
      ["sd-play", "-D", "virtual:null", path], ["sd-playrec", "-D", "virtual:null", path, "-"],
    ] {
      try await withTool(.tool(line[0], Array(line.dropFirst()))) { tool in
        try await tool.waitForStatus("it answers") { $0.contains("nothing open yet") }
        tool.send(SIGTERM)
        #expect(try await tool.wait(timeout: .seconds(6)) == .signalled(SIGTERM))
      }
    }
  }

  @Test func aSignalEndsTheWaitForAReaderOfANamedPipe() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("fifo")
    let isMade = unsafe mkfifo(path, 0o600) == 0
    try #require(isMade)
    try await withTool(.tool("sd-rec", ["-D", "virtual:null", "-t", "raw", path])) { tool in
      try await tool.waitForSignals()
      tool.send(SIGUSR1)
      try await tool.waitForError(containing: "sd-rec: ")
      tool.send(SIGTERM)
      #expect(try await tool.wait(timeout: .seconds(6)) == .exited(0))
    }
  }

  @Test func aSignalEndsTheWaitForADevice() async throws {
    let command = Command.tool("sd-play", ["-v", "-D", "nope", "--wait", "1:00:00"] + Self.raw)
      .reading(.file("/dev/zero"))
    try await withTool(command) { tool in
      try await tool.waitForError(containing: "trying again")
      tool.send(SIGINT)
      #expect(try await tool.wait(timeout: .seconds(6)) == .signalled(SIGINT))
    }
  }

  @Test func aPausedProgramTakesSignals() async throws {
    // Stopped by whoever may, asked to end, let go on: it ends.
    try await withTool(.tool("sd-rec", ["-q", "-D", "virtual:null"])) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGSTOP)
      tool.send(SIGINT)
      tool.send(SIGCONT)
      #expect(try await tool.wait(timeout: .seconds(6)) == .exited(0))
    }
  }

  @Test(.requires("jackd", "jack_lsp"), .usesSoundServer)
  func aSecondSignalEndsAProgramThatHangs() async throws {
    try await withJACKServer { server in
      server.pause()
      // Its main thread hangs in the library. Signals in the first half second are the same wish;
      // a later one ends it as it stands, before the first one's second is over.
      let command = Command.tool("sd-list").with(environment: server.environment)
      try await withTool(command) { tool in
        try await tool.waitForStatus("it answers") { $0.contains("nothing open yet") }
        tool.send(SIGINT)
        try await eventually("it ends") {
          tool.send(SIGTERM)
          return tool.status != nil
        }
        #expect(tool.status == .signalled(SIGTERM))
      }
      // And without a second one it ends after a second.
      try await withTool(command) { tool in
        try await tool.waitForStatus("it answers") { $0.contains("nothing open yet") }
        tool.send(SIGHUP)
        #expect(try await tool.wait(timeout: .seconds(6)) == .signalled(SIGHUP))
      }
      server.resume()
    }
  }

  @Test func signalsInheritedAsIgnoredStayIgnored() async throws {
    let command = Command.tool("sd-rec", ["-D", "virtual:null"]).ignoring("HUP", "INT")
    try await withTool(command) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGHUP)
      tool.send(SIGINT)
      _ = try await tool.readOutput(48_000)
      try await tool.waitUntilRunning()
      #expect(tool.status == nil)
      tool.send(SIGTERM)
      #expect(try await tool.wait(timeout: .seconds(6)) == .exited(0))
    }
  }

  // MARK: Ctrl-C

  @Test func controlCEndsARecordingWell() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    let command = Command.tool("sd-rec", ["-D", "virtual:null", path]).reading(.terminal)
      .writing(.terminal).writing(.terminal, to: 2)
    try await withTool(command) { tool in
      try await eventually("the line is there") { tool.terminalText.contains("\r0:00.") }
      tool.type("\u{3}")
      let result = try await tool.finish(timeout: .seconds(6))
      #expect(result.status == .exited(0), "\(result)")
      #expect(result.terminalText.hasSuffix("\r\u{1B}[K"), "the line is gone")
    }
    #expect(try await runTool("sd-cat", [path]).succeeded)
  }

  @Test func controlCStopsAShellLoop() async throws {
    // The shell stops because its child died of INT, and does not go on to the second.
    let folder = try TemporaryDirectory()
    try folder.write(wave(noise(480_000)), to: "a.wav")
    let line = "for i in 1 2; do sd-play -D virtual:null a.wav; echo end $i; done"
    var command = Command.shell("PATH='\(BuiltTool.directory)':$PATH; \(line)")
      .reading(.terminal).writing(.terminal).writing(.terminal, to: 2)
    command.workingDirectory = folder.path
    try await withTool(command) { (shell) async throws in
      try await eventually("it plays") { shell.terminalText.contains("\r0:00.") }
      shell.type("\u{3}")
      #expect(try await shell.wait(timeout: .seconds(6)) == .signalled(SIGINT))
      #expect(!shell.terminalText.contains("end"))
    }
  }

  // MARK: USR1, USR2

  @Test(arguments: [
    ("sd-play", "frames played"), ("sd-rec", "frames recorded"), ("sd-playrec", "frames played"),
    ("sd-wire", "frames, 0 of input lost"),
  ])
  func usr1PrintsOneLine(_ name: String, _ words: String) async throws {
    let arguments = ["-D", "virtual:loopback", "-q"] + (name == "sd-wire" ? [] : Self.raw)
    let command = Command.tool(name, arguments).reading(.file("/dev/zero")).writing(.null)
    try await withTool(command) { tool in
      try await tool.waitUntilRunning()
      let line = try await tool.waitForStatus("it answers") { _ in true }
      #expect(line.hasPrefix("\(name): ") && line.contains(words), "\(line)")
      tool.send(SIGTERM)
      try await tool.wait(timeout: .seconds(6))
    }
  }

  @Test func usr2WithoutAnythingToSplitKeepsItsMeaning() async throws {
    try await withTool(.tool("sd-wire", ["-q", "-D", "virtual:null"])) { tool in
      try await tool.waitUntilRunning()
      tool.send(SIGUSR2)
      #expect(try await tool.wait() == .signalled(SIGUSR2))
    }
  }
}
