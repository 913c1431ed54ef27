import Foundation
import TestSupport
import Testing

@Suite struct KeeperTests {
  /// What a crash of the tests leaves running is ended all the same.
  @Test func childrenDieWithTheTestsThatCrash() async throws {
    let directory = try TemporaryDirectory()
    let note = directory.file("pids")
    let result = await #expect(
      processExitsWith: .signal(SIGKILL), observing: []
    ) { [note = note as String] in
      // The stopped one cannot even receive a SIGTERM.
      let line = "trap '' TERM; sleep 1000 & echo $$ $! >'\(note)'; kill -STOP $!; wait"
      try await withTool(.shell(line)) { _ in
        try await eventually("the note") {
          (try? String(contentsOfFile: note, encoding: .utf8))?.contains("\n") == true
        }
        kill(getpid(), SIGKILL)
      }
    }
    #expect(result != nil)
    let numbers = try String(contentsOfFile: note, encoding: .utf8)
      .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    #expect(numbers.count == 2)
    try await eventually("both to be ended") { numbers.allSatisfy { !isRunning($0) } }
  }
}
