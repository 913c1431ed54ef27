import TestSupport
import Testing

struct SlipTests {
  @Test func aSlipIsTriedAgain() async throws {
    var runs = 0
    let answer = try await patiently {
      runs += 1
      guard runs == 3 else { throw Slip(story: "not yet") }
      return 7
    }
    #expect(runs == 3 && answer == 7)
  }

  @Test func theLastSlipIsThrown() async {
    var runs = 0
    await #expect(throws: Slip.self) {
      try await patiently(attempts: 4) {
        runs += 1
        throw Slip(story: "never")
      }
    }
    #expect(runs == 4)
  }

  @Test func anotherErrorIsThrownAtOnce() async {
    var runs = 0
    await #expect(throws: ToolFailure.self) {
      try await patiently {
        runs += 1
        throw ToolFailure("a fault")
      }
    }
    #expect(runs == 1)
  }
}
