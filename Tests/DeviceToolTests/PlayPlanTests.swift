import SoundTool
import Testing

@testable import DeviceTool

@Suite struct PlayPlanTests {
  /// What is played beyond full scale is counted instead of wrapping around, and a file of another
  /// rate is played at its speed.
  @Test func itPlaysStdinAsItIs() {
    let plan = PlayPlan()
    #expect(plan.files.isEmpty && plan.sound.clips && plan.mayResample && !plan.adapts)
  }
}
