import Foundation
import TestSupport
import Testing

@Suite struct TerminalTests {
  @Test func theChildSeesATerminalWhereAsked() async throws {
    let probe = "for fd in 0 1 2; do test -t $fd && echo $fd >&3; done; :"
    let command = Command.shell(probe).writing(.captured, to: 3)
    for (input, output, error, expected) in [
      (ProcessInput.terminal, ProcessOutput.captured, ProcessOutput.captured, "0\n"),
      (.null, .terminal, .captured, "1\n"),
      (.null, .captured, .terminal, "2\n"),
      (.terminal, .terminal, .terminal, "0\n1\n2\n"),
      (.null, .captured, .captured, ""),
    ] {
      let result = try await run(command.reading(input).writing(output).writing(error, to: 2))
      #expect(String(decoding: result.outputs[3] ?? [], as: UTF8.self) == expected)
    }
  }

  @Test func whatIsWrittenArrivesByteForByte() async throws {
    let result = try await run(
      .shell("printf 'a\\rb\\n' >&2").writing(.terminal, to: 2).reading(.terminal))
    #expect(result.terminalText == "a\rb\n")
  }

  @Test func controlCInterrupts() async throws {
    let command = Command.shell("echo ready >&2; sleep 1000")
      .reading(.terminal).writing(.terminal, to: 2)
    try await withTool(command) { shell in
      try await eventually("the shell to start") { shell.terminalText.contains("ready") }
      shell.type("\u{3}")
      let status = try await shell.wait()
      #expect(status == .signalled(SIGINT))
    }
  }

  @Test func typedLinesAreRead() async throws {
    try await withTool(.program("head", ["-n", "1"]).reading(.terminal)) { head in
      head.type("hello\n")
      let result = try await head.finish()
      #expect(result.outputText == "hello\n")
    }
  }
}
