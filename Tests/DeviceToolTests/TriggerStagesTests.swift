import PCM
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct TriggerStagesTests {
  private func taken(
    _ plan: TriggerPlan, _ segments: [Segment], rate: Double = 48_000
  ) -> (frames: [Float], isReached: Bool?) {
    let (line, untilQuiet) = plan.stages(
      ScriptedSource(segments), monoFloats, Gain(factor: 2), rate: rate, measure: { _ in })
    var found: [Float] = []
    while let segment = line.next() {
      if case .frames(let frames) = segment { found += values(frames) }
    }
    return (found, untilQuiet?.isReached)
  }

  @Test func aPlanForEverythingAddsNothing() {
    let source = ScriptedSource([])
    let stages = TriggerPlan().stages(
      source, monoFloats, .unity, rate: 48_000, measure: { _ in })
    #expect(stages.line === source && stages.untilQuiet == nil)
  }

  /// Levels count after the gain, and times at the recording's rate.
  @Test func levelsAndTimesAreThoseOfTheRecording() {
    var plan = TriggerPlan()
    plan.level = Gain(factor: 0.5)
    (plan.before, plan.hold) = (.frames(1), .frames(0))
    let sound: [Float] = [0.01, 0.02, 0.03, 0.3, 0.04]
    #expect(taken(plan, [frames(sound)]).frames == [0.03, 0.3])
    // One frame of a recording at half the rate is two of the device.
    #expect(taken(plan, [frames(sound)], rate: 24_000).frames == [0.02, 0.03, 0.3])
  }

  @Test func silenceEndsWhatATriggerBegan() {
    var plan = TriggerPlan()
    plan.level = Gain(factor: 0.5)
    (plan.before, plan.hold, plan.untilSilence) = (.frames(0), .frames(1), .frames(3))
    let found = taken(plan, [frames([0, 1, 0, 0, 0, 1])])
    #expect(found.frames == [1, 0] && found.isReached == true)
  }

  @Test func memoryHasALimit() throws {
    var plan = TriggerPlan()
    plan.level = .unity
    plan.before = .seconds(5592)
    try plan.check(monoFloats, rate: 48_000)
    plan.before = .seconds(5593)
    #expect(
      throws: ToolError.failure(
        "--before", "at most 5592 s of this sound are kept in memory")
    ) { try plan.check(monoFloats, rate: 48_000) }
    plan.level = nil
    try plan.check(monoFloats, rate: 48_000)
  }
}
