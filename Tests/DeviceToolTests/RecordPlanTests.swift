import PCM
import SoundFile
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct RecordPlanTests {
  @Test func itRecordsEverythingUnchanged() throws {
    let plan = RecordPlan(
      output: try OutputPlan(path: nil, type: .named(.raw)),
      fileFormat: AudioFileFormat(.raw, encoding: .s16le))
    #expect(plan.recording.gain.isUnity && plan.recording.length == nil)
    #expect(plan.recording.skippedFrameCount == 0 && !plan.trigger.hasThreshold)
  }
}
