import PCM
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct TriggerPlanTests {
  @Test func eventsNeedALevelAndSilenceHasOne() {
    var plan = TriggerPlan()
    #expect(!plan.hasEvents && !plan.hasThreshold)
    plan.untilSilence = .seconds(3)
    #expect(!plan.hasEvents && plan.hasThreshold)
    #expect(plan.quietLevel == Gain(decibels: -50))
    plan.level = Gain(decibels: -30)
    #expect(plan.hasEvents && plan.quietLevel == Gain(decibels: -30))
  }
}
