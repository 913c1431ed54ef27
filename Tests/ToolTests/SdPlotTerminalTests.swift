import Foundation
import TestSupport
import Testing

/// On a terminal, and in the middle of a pipe.
@Suite struct SdPlotTerminalTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  private static let speech = BuiltTool.packageFile("Tests/TestSupport/Resources/speech.flac")
  private static let raw = ["-f", "f32le", "-r", "48000", "-c", "1"]
  private static let color: [String: String?] = [
    "TERM": "xterm-256color", "COLORTERM": nil, "NO_COLOR": nil, "LC_ALL": "C.UTF-8",
  ]
  private let second = bytes(
    of: TestSignal.sine(frequency: 440, sampleRate: 48_000, frameCount: 48_000, channelCount: 1))

  private func command(_ arguments: [String] = []) -> Command {
    Command.tool("sd-plot", Self.raw + arguments).writing(.terminal).with(environment: Self.color)
  }

  /// Waits until the terminal shows this.
  private func shown(_ text: String, on tool: ToolProcess) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !tool.terminalText.contains(text) {
      try #require(ContinuousClock.now < deadline, "not shown: \(tool.terminalText)")
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test func everyWriteLeavesNothingSwitchedOn() async throws {
    let result = try await run(command().reading(.bytes(second)))
    #expect(result.succeeded)
    #expect(result.terminalText.contains("\u{1B}[48;5;"))
    #expect(result.terminalText.contains("▌"))
    for line in result.terminalText.components(separatedBy: "\r\n") where line.contains("8;5;") {
      #expect(line.hasSuffix("\u{1B}[0m\u{1B}[K"), "\(line.debugDescription)")
    }
    #expect(result.terminalText.hasSuffix("Hz\u{1B}[K\r\n\u{1B}[J"))
    // The cursor is not hidden, nor the screen changed.
    #expect(!result.terminalText.contains("\u{1B}[?"))
  }

  @Test func withoutColoursItIsASCII() async throws {
    for environment in [["NO_COLOR": "1"], ["TERM": "vt100"]] {
      for mode in ["--spectrogram", "--waveform", "--levels"] {
        let command = command([mode]).with(environment: environment.mapValues { $0 })
        let result = try await run(command.reading(.bytes(second)))
        #expect(result.succeeded)
        #expect(result.terminalText.allSatisfy { $0.isASCII }, "\(result.terminalText)")
        #expect(!result.terminalText.contains("m\u{1B}"))
      }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aSignalEndsItWhileTheWriterStalls(
    _ signal: Int32
  ) async throws {
    try await withTool(command().reading(.pipe)) { tool async throws in
      try await tool.write(second)
      try await shown("Hz", on: tool)
      tool.send(signal)
      #expect(try await tool.wait() == .signalled(signal))
      #expect(tool.terminalText.hasSuffix("\u{1B}[K\r\n\u{1B}[J"))
      #expect(tool.errorText.isEmpty)
    }
  }

  @Test func afterAPauseItIsDrawnBelow() async throws {
    try await withTool(command(["--levels"]).reading(.pipe)) { tool async throws in
      try await tool.write(second)
      try await shown("dB", on: tool)
      tool.send(SIGTSTP)
      tool.send(SIGCONT)
      try await tool.write(second + second)
      tool.closeInput()
      #expect(try await tool.wait() == .exited(0))
    }
  }

  @Test func aTerminalThatTakesNothingHoldsNothingUp() async throws {
    // A pipe that nobody empties stands for it: without a cursor to move, on stderr.
    let sound = [UInt8](repeating: 0, count: 4 * 48_000 * 120)
    let stuck = Command.tool("sd-plot", Self.raw + ["--through"]).reading(.bytes(sound))
      .writing(.onDemand, to: 2)
    try await withTool(stuck) { tool async throws in
      #expect(try await tool.readOutput(sound.count) == sound)
      #expect(try await tool.wait() == .exited(0))
    }
  }

  // MARK: --through

  @Test(arguments: ["--spectrogram", "--levels", "--stats"])
  func whatGoesThroughIsTheSameBytes(_ mode: String) async throws {
    let sound = Array(try Data(contentsOf: URL(filePath: Self.speech)))
    let result = try await runTool("sd-plot", ["--through", mode], stdin: .bytes(sound))
    #expect(result.succeeded, "\(result.errorText)")
    #expect(result.output == sound)
    #expect(!result.errorText.isEmpty)
  }

  @Test func allOfItGoesThroughWhateverIsDrawn() async throws {
    let sound = second + second + [1, 2, 3]
    let part = try await runTool(
      "sd-plot", Self.raw + ["--through", "-d", "0.1"], stdin: .bytes(sound))
    #expect(part.succeeded && part.output == sound, "\(part.errorText)")
    let broken = try await runTool(
      "sd-plot", ["--through", "-t", "flac"], stdin: .bytes(sound))
    #expect(broken.status == .exited(1))
    #expect(broken.output == sound)
  }

  @Test func aReaderThatGoesAwayEndsIt() async throws {
    let command = Command.tool("sd-plot", Self.raw + ["--through"]).reading(.bytes(second))
      .writing(.broken)
    let result = try await run(command)
    #expect(result.status == .signalled(SIGPIPE), "\(result)")
  }

  @Test func aBytePassesAtOnce() async throws {
    let command = Command.tool("sd-plot", Self.raw + ["--through"]).reading(.pipe)
    try await withTool(command) { tool async throws in
      for byte in [UInt8](1...9) {
        try await tool.write([byte])
        #expect(try await tool.readOutput(1) == [byte])
      }
    }
  }

  // MARK: In a terminal of its own

  @Test(.requires("tmux"), arguments: [40, 80, 200])
  func tmuxShowsTheSpectrogram(columns: Int) async throws {
    let socket = folder.file("tmux")
    let program = try BuiltTool.path(of: "sd-plot")
    func tmux(_ words: String...) async throws -> ToolResult {
      try await run(
        .program("tmux", ["-S", socket, "-f", "/dev/null"] + words)
          .with(environment: ["LC_ALL": "C.UTF-8", "TMUX": nil]))
    }
    let started = try await tmux(
      "new-session", "-d", "-x", "\(columns)", "-y", "24",
      "NO_COLOR=1 '\(program)' '\(Self.speech)'; cat")
    try #require(started.succeeded, "\(started)")
    var text = ""
    let deadline = ContinuousClock.now + .seconds(20)
    while text.split(separator: "\n").count < 23, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
      text = try await tmux("capture-pane", "-p").outputText
    }
    _ = try await tmux("kill-server")
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < columns }, "\(text)")
    #expect(lines.contains { $0.hasPrefix("|0") }, "\(text)")
    #expect(lines.contains { $0.contains("#") }, "\(text)")
  }
}
