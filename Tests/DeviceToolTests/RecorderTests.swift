import PCM
import SoundFile
import SoundDevice
import SoundTool
import TestSupport
import Testing

@testable import DeviceTool

@Suite struct RecorderTests {
  private func plan(_ bench: BodyBench, _ name: String) throws -> RecordPlan {
    var plan = RecordPlan(
      output: try OutputPlan(path: bench.folder.file(name), type: .auto),
      fileFormat: AudioFileFormat(.wav, codec: .pcm(.s16le)))
    plan.device = "virtual:null"
    plan.recording.length = .frames(4800)
    plan.recording.dither = false
    return plan
  }

  @Test func theLengthIsExact() throws {
    let bench = try BodyBench()
    let recorder = try Recorder(plan(bench, "take.wav"))
    try recorder.record()
    #expect(try bench.samples("take.wav") == [Int16](repeating: 0, count: 9600))
    #expect(recorder.device.losses.input.lost == 0)
  }

  @Test func aSeriesHasEveryFrameOnce() throws {
    let bench = try BodyBench()
    var plan = try plan(bench, "take.wav")
    plan.files.split = .time(.frames(2000))
    plan.channelCount = 1
    try Recorder(plan).record()
    let counts = try ["001", "002", "003"].map { try bench.samples("take-\($0).wav").count }
    #expect(counts == [2000, 2000, 800])
  }
}
