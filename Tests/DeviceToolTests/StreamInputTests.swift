import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

/// A stream's input under a run.
@Suite struct StreamInputTests {
  private func parts(_ configuration: String) throws -> (
    stream: RawAudioInputStream, run: StreamRun, input: StreamInput
  ) {
    let devices = try VirtualDevices(configuration)
    let stream = try devices.input()
    let run = StreamRun(
      stream, devices.null, LossPolicy(xrun: .warn),
      try RunReporter(ReportPlan(), rate: 48_000, channelCount: 0)
    ) { "" }
    return (stream, run, StreamInput(stream, devices.null, run, bytesPerFrame: 4))
  }

  private func count(_ segment: Segment?) -> Int? {
    if case .frames(let frames) = segment { frames.count } else { nil }
  }

  @Test func anEndedRunIsHaltedAndGivesWhatTheStreamHolds() throws {
    let (stream, run, input) = try parts("pace=realtime,block=256")
    try run.start()
    while stream.readAvailable < 1000 { try stream.wait(timeout: .seconds(0.01)) }
    run.end(nil)
    var total = 0
    while let count = count(input.next()) { total += count }
    #expect(run.isHalted && total == stream.losses.input.delivered && total >= 1000)
    #expect(input.next() == nil)
  }

  @Test func aLostDeviceIsTheLastSegment() throws {
    let (_, run, input) = try parts("pace=realtime,lost@4800")
    try run.start()
    var total = 0
    var last: Segment?
    while let segment = input.next() {
      total += count(segment) ?? 0
      last = segment
    }
    #expect(total == 4800)
    guard case .lost(let error) = last else {
      Issue.record("it ended with \(String(describing: last))")
      return
    }
    #expect(error.message.hasSuffix("device lost"))
  }

  @Test func whoIsOverWhileNothingComesEnds() throws {
    let (stream, run, input) = try parts("pace=realtime,stall@256")
    try run.start()
    #expect(count(input.next()) == 256)
    run.ends { true }
    stream.wakeWaiting()
    #expect(input.next() == nil && run.failure == nil)
  }
}
