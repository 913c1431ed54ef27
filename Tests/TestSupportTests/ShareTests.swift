import TestSupport
import Testing

struct ShareTests {
  @Test func everyRunIsMade() async throws {
    var runs = 0
    try await expectShare("every second run", of: 6, atLeast: 3) {
      runs += 1
      return runs.isMultiple(of: 2)
    }
    #expect(runs == 6)
  }

  @Test func tooFewAreAFailure() async throws {
    await withKnownIssue {
      try await expectShare("one run of five", of: 5, atLeast: 2) { false }
    }
  }

  @Test func anErrorEndsIt() async {
    var runs = 0
    await #expect(throws: ToolFailure.self) {
      try await expectShare("a run that throws") {
        runs += 1
        throw ToolFailure("a fault")
      }
    }
    #expect(runs == 1)
  }
}
