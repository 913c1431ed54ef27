import ArgumentParser
import PCM
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct TriggerOptionsTests {
  private func plan(_ words: String...) throws -> TriggerPlan {
    try TriggerOptions.parse(words).plan()
  }

  @Test func timesGoWithATrigger() throws {
    let plan = try plan("--trigger", "-40", "--before", "500ms", "--hold", "3")
    #expect(plan.level == Gain(decibels: -40))
    #expect(plan.before == .seconds(0.5) && plan.hold == .seconds(3))
    #expect(throws: ToolError.usage("--before", "needs --trigger")) {
      try self.plan("--before", "1")
    }
    #expect(throws: ToolError.usage("--hold", "needs --trigger")) { try self.plan("--hold", "1") }
  }

  @Test func itsDefaultsAreThoseOfThePlan() throws {
    let (parsed, plan) = (try plan("--trigger", "-40"), TriggerPlan())
    #expect(parsed.before == plan.before && parsed.hold == plan.hold)
  }

  @Test func noSilenceAtAllEndsNothing() throws {
    #expect(throws: ToolError.usage("--until-silence", "not a length of time")) {
      try plan("--until-silence", "0")
    }
    #expect(try plan("--until-silence", "2").untilSilence == .seconds(2))
  }

  /// No sound is louder, so that it would never begin.
  @Test func aLevelAboveFullScaleIsAMissingSign() throws {
    #expect(throws: InvalidValue("above full scale, did you mean -40?")) { try Words.level("40") }
    #expect(try Words.level("0") == .unity)
  }
}
