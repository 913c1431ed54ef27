import Foundation
import TestSupport
import Testing

@Suite struct PipelineTests {
  @Test func everyStageHasItsStatus() async throws {
    let stages = try await runPipeline([
      .shell("echo one; echo two; exit 3"), .program("grep", ["two"]), .program("cat", ["-n"]),
    ])
    #expect(stages.map(\.status) == [.exited(3), .exited(0), .exited(0)])
    #expect(stages[2].outputText == "     1\ttwo\n")
    #expect(stages[0].output.isEmpty)
  }

  @Test func aReaderThatLeavesBreaksThePipe() async throws {
    let stages = try await runPipeline([.program("yes"), .program("head", ["-n", "1"])])
    #expect(stages.map(\.status) == [.signalled(SIGPIPE), .exited(0)])
  }

  @Test func theFirstStageIsFedAndTheEndArrivesAtTheLast() async throws {
    try await withPipeline([.program("cat").reading(.pipe), .program("cat"), .program("cat")]) {
      stages in
      try await stages[0].write([1, 2, 3])
      #expect(try await stages[2].readOutput(3) == [1, 2, 3])
      stages[0].closeInput()
      for stage in stages { #expect(try await stage.wait() == .exited(0)) }
    }
  }

  /// Were an end of one pipe inherited by another test's child, its end would never come.
  @Test func manyAtOnceDoNotHoldEachOthersPipes() async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<24 {
        group.addTask {
          let stages = try await runPipeline([
            .program("cat").reading(.text("\(number)")), .program("cat"),
          ])
          return stages[1].outputText == "\(number)"
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test func aStageThatCannotStartEndsTheOthers() async throws {
    await #expect(throws: ToolFailure.self) {
      try await runPipeline([.program("yes"), .program("sd-no-such-program")])
    }
  }
}
