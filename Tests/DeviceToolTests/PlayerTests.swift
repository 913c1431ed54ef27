import PCM
import SoundDevice
import SoundTool
import TestSupport
import Testing

@testable import DeviceTool

@Suite struct PlayerTests {
  private func plan(_ bench: BodyBench) -> PlayPlan {
    var plan = PlayPlan()
    plan.files = [bench.path]
    plan.device = "virtual:null"
    return plan
  }

  @Test func everyFrameIsPlayed() throws {
    let bench = try BodyBench()
    let player = try Player(plan(bench))
    try player.play()
    #expect(player.stream.losses.output.delivered == 4800)
  }

  @Test func aPartIsPlayed() throws {
    let bench = try BodyBench()
    var plan = plan(bench)
    plan.sound.start = .frames(800)
    plan.sound.length = .frames(1000)
    let player = try Player(plan)
    try player.play()
    #expect(player.stream.losses.output.delivered == 1000)
  }

  @Test func aMapOfAnotherSizeIsRefusedBeforeAnythingIsOpened() throws {
    let bench = try BodyBench()
    var plan = plan(bench)
    plan.map = try ChannelMap([1, 2, 3])
    #expect(throws: ToolError.self) { try Player(plan) }
  }
}
