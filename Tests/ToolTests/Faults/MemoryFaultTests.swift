import TestSupport
import Testing

#if os(Linux)
  /// A start that finds too little memory is one line, whatever fails first: a call of ours, which
  /// gives status 1, or the memory of a runtime or library that traps or aborts.
  @Suite struct MemoryFaultTests {
    @Test(
      .requires("bash"),
      arguments: [
        ["sd-play", "-D", "virtual:null", "-d", "0.1", "-t", "raw", "/dev/zero"],
        ["sd-rec", "-D", "virtual:null", "-d", "0.1", "-t", "raw", "/dev/null"],
        [
          "sd-playrec", "-q", "-D", "virtual:loopback", "-d", "0.1", "-t", "raw", "/dev/zero",
          "/dev/null",
        ],
        ["sd-wire", "-q", "-D", "virtual:loopback", "-d", "0.1"], ["sd-list"],
      ])
    func aStartWithoutMemoryIsOneLine(_ words: [String]) async throws {
      let tool = try BuiltTool.path(of: words[0])
      var failureCount = 0
      // From too little for a second thread to enough.
      for limit in stride(from: 40_000, through: 240_000, by: 20_000) {
        // In real time: a fast device would fill its ring before the thread that fails.
        func start(_ arguments: some Sequence<String>) async throws -> ToolResult {
          let line = "ulimit -v \(limit); exec '\(tool)' \(arguments.joined(separator: " "))"
          return try await runProgram("bash", ["-c", line], environment: virtual())
        }
        // Before the command line is understood, the loader or the runtime fails, in its own words.
        guard try await start(["--help"]).succeeded else { continue }
        let result = try await start(words.dropFirst())
        guard !result.succeeded else { continue }
        failureCount += 1
        if result.status != .exited(1) {
          guard case .signalled = result.status else {
            Issue.record("\(limit) KiB: \(result)")
            continue
          }
          #expect(
            result.errorText.contains(": crashed, or a library below did"), "\(limit): \(result)")
        }
        #expect(
          result.errorText.hasPrefix("\(words[0]): ")
            && result.errorText.split(separator: "\n").count == 1, "\(limit) KiB: \(result)")
      }
      #expect(failureCount > 0, "no limit was too low")
    }
  }
#endif
