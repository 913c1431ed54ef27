import Platform
import Testing

struct ChildProcessTests {
  @Test func whatAProgramPrintsIsItsAnswer() throws {
    let words = try ChildProcess.output(of: "printf", ["%s-%s", "a", "b c"], within: 10)
    #expect(words == Array("a-b c".utf8))
    #expect(try ChildProcess.output(of: "true", [], within: 10).isEmpty)
    // More than a pipe holds.
    let long = try ChildProcess.output(of: "head", ["-c", "300000", "/dev/zero"], within: 10)
    #expect(long.count == 300_000)
    // Its stdin is empty.
    #expect(try ChildProcess.output(of: "cat", [], within: 10).isEmpty)
  }

  @Test(arguments: [
    ("no-such-program", ChildProcess.Failure.notStarted), ("false", .failed),
  ])
  func whyThereIsNoAnswer(program: String, failure: ChildProcess.Failure) {
    #expect(throws: failure) { try ChildProcess.output(of: program, [], within: 10) }
  }

  @Test func aProgramThatHangsIsKilled() {
    #expect(throws: ChildProcess.Failure.timedOut) {
      try ChildProcess.output(of: "sleep", ["1000"], within: 0.1)
    }
  }
}
