import PCM
import SoundDevice
import SoundTool
import TestSupport
import Testing

@testable import DeviceTool

@Suite struct DuplexRecorderTests {
  private func plan(_ bench: BodyBench) throws -> PlayRecordPlan {
    var plan = PlayRecordPlan(
      output: try OutputPlan(path: bench.folder.file("out.wav"), type: .auto))
    plan.input = bench.path
    plan.recordFormat = .s16le
    plan.sound.dither = false
    plan.duplex.devices = DuplexPair(input: "virtual:loopback", output: "virtual:loopback")
    return plan
  }

  @Test func theLoopbackReturnsEverySampleInPlace() throws {
    let bench = try BodyBench()
    var plan = try plan(bench)
    plan.compensation = .automatic
    let recorder = try DuplexRecorder(plan)
    try recorder.playAndRecord()
    #expect(try bench.samples("out.wav") == Array(bench.sound.samples))
    #expect(recorder.stream.losses.input.lost == 0)
  }

  @Test func theTailIsRecordedToo() throws {
    let bench = try BodyBench()
    var plan = try plan(bench)
    plan.tail = .frames(480)
    try DuplexRecorder(plan).playAndRecord()
    #expect(try bench.samples("out.wav").count == 2 * 5280)
  }
}
