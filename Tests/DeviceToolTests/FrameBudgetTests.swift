import Testing

@testable import DeviceTool

@Suite struct FrameBudgetTests {
  @Test func withoutALengthEverythingIsWanted() {
    var budget = FrameBudget(nil, deviceRate: 48_000, rate: 44_100)
    budget.pass(1_000_000, isWritten: false)
    #expect(!budget.isSpent && budget.wanted(100) == 100 && budget.admit(100) == 100)
  }

  @Test func noFramesAreSpentAtOnce() {
    var budget = FrameBudget(0, deviceRate: 48_000, rate: 48_000)
    #expect(budget.isSpent && budget.wanted(100) == 0 && budget.admit(100) == 0)
  }

  @Test func framesAreWantedUpToTheLength() {
    var budget = FrameBudget(1000, deviceRate: 48_000, rate: 48_000)
    budget.pass(budget.wanted(700), isWritten: true)
    #expect(budget.admit(700) == 700)
    #expect(budget.wanted(700) == 300)
    budget.pass(300, isWritten: true)
    #expect(budget.isSpent && budget.admit(700) == 300 && budget.admit(1) == 0)
  }

  @Test func lostTimeIsTimeAndShortensTheRecording() {
    var budget = FrameBudget(1000, deviceRate: 48_000, rate: 48_000)
    budget.pass(400, isWritten: false)
    #expect(budget.wanted(1000) == 600)
    budget.pass(600, isWritten: true)
    #expect(budget.isSpent && budget.admit(1000) == 600)
  }

  @Test func filledTimeDoesNot() {
    var budget = FrameBudget(1000, deviceRate: 48_000, rate: 48_000)
    budget.pass(400, isWritten: true)
    #expect(budget.wanted(1000) == 600 && budget.admit(1000) == 1000)
  }

  @Test func aPauseComesOnTop() {
    var budget = FrameBudget(1000, deviceRate: 48_000, rate: 48_000)
    budget.extend(by: 300)
    #expect(budget.wanted(2000) == 1000 && budget.admit(2000) == 1300)
  }

  @Test func aResampledLengthIsTheRecordings() {
    var budget = FrameBudget(441, deviceRate: 48_000, rate: 44_100)
    #expect(budget.wanted(1000) == 480)
    // Many short losses round no worse than one long one.
    for _ in 0..<100 { budget.pass(1, isWritten: false) }
    #expect(budget.wanted(1000) == 380 && budget.admit(1000) == 441 - 91)
  }
}
