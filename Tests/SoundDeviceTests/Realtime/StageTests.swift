import Testing

@testable import SoundDevice

struct StageTests {
  @Test func onlyDrainingDrains() {
    for stage in [Stage.awaiting, .running, .ended] {
      var changed = stage
      changed.drain(100)
      #expect(changed == stage)
    }
    var stage = Stage.draining(250)
    stage.drain(100)
    #expect(stage == .draining(150))
  }

  @Test func itIsOverWhenNothingIsLeft() {
    #expect(!Stage.awaiting.isOver && !Stage.running.isOver && !Stage.draining(1).isOver)
    #expect(Stage.draining(0).isOver && Stage.draining(-5).isOver && Stage.ended.isOver)
  }
}
