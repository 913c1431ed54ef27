import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

/// How a run ends. Streams are on the virtual host.
@Suite struct StreamRunTests {
  private let failure = ToolError.failure("first", "failed")

  private func run(
    _ stream: any AudioStreaming, _ devices: VirtualDevices, xrun: XrunPolicy = .warn
  ) throws -> StreamRun {
    StreamRun(
      stream, devices.null, LossPolicy(xrun: xrun),
      try RunReporter(ReportPlan(), rate: 48_000, channelCount: 0)
    ) { "" }
  }

  @Test func theFirstFailureCounts() throws {
    let devices = try VirtualDevices("pace=fast")
    let run = try run(devices.input(), devices)
    run.attempt { () throws(ToolError) in throw failure }
    run.attempt { () throws(ToolError) in throw .failure("second", "failed") }
    #expect(run.failure == failure && run.shouldEnd())
    #expect(throws: failure) { try run.finish(clipped: 0) }
  }

  @Test func anEndThatWasMeantIsNoFailure() throws {
    let devices = try VirtualDevices("pace=fast")
    let run = try run(devices.input(), devices)
    #expect(!run.shouldEnd() && !run.isInterrupted())
    run.ends { true }
    #expect(run.isInterrupted() && run.shouldEnd() && run.failure == nil)
    // What goes wrong on the way out still counts.
    run.end(failure)
    #expect(run.failure == failure)
  }

  @Test func aBetterExplanationIsPreferred() throws {
    let devices = try VirtualDevices("pace=fast")
    let run = try run(devices.input(), devices)
    run.end(.stopped)
    run.prefer(.stopped)
    #expect(run.failure == .stopped)
    run.prefer(failure)
    #expect(run.failure == failure)
    run.prefer(nil)
    #expect(run.failure == failure)
  }

  @Test func theFirstLossEndsItWhereThatIsThePolicy() throws {
    let devices = try VirtualDevices("pace=fast")
    let gap = LineGap(cause: .host, frameCount: 7)
    let warned = try run(devices.input(), devices)
    warned.note(.gap(gap))
    #expect(!warned.shouldEnd())
    let aborted = try run(devices.input(), devices, xrun: .abort)
    aborted.progress = { Progress(frame: 480, seconds: 0) }
    aborted.note(.gap(LineGap(cause: .pause, frameCount: 7)))
    #expect(!aborted.shouldEnd())
    aborted.note(.gap(gap))
    aborted.note(.gap(LineGap(cause: .host, frameCount: 8)))
    #expect(aborted.failure?.status == .framesLost && aborted.shouldEnd())
    #expect(
      aborted.failure?.message == "7 frames of input lost by the host at frame 480 (0.010 s)")
  }

  @Test func aStreamIsHaltedOnce() throws {
    let devices = try VirtualDevices("pace=realtime")
    let stream = try devices.input()
    let run = try run(stream, devices)
    try run.start()
    run.halt(.abort)
    #expect(run.isHalted && stream.isStopped)
    try stream.start()
    run.halt(.abort)
    #expect(stream.isActive)
    try stream.abort()
  }

  @Test func aFinishedStreamIsWaitedFor() throws {
    let devices = try VirtualDevices("pace=realtime")
    let stream = try devices.output()
    let run = try run(stream, devices)
    try run.start()
    stream.endOutput()
    try run.waitUntilFinished()
    run.halt(.drain)
    try run.finish(clipped: 0)
  }

  @Test func aLostDeviceEndsTheWaiting() throws {
    let devices = try VirtualDevices("pace=realtime,lost@480")
    let stream = try devices.output()
    let run = try run(stream, devices)
    try run.start()
    #expect(throws: ToolError.failure(devices.null.id, "device lost")) {
      try run.waitUntilFinished()
    }
  }

  @Test func aGapOfAStreamThatNobodyReadsIsReported() throws {
    let devices = try VirtualDevices("pace=realtime,xrun@480:100")
    let stream = try devices.output()
    let run = try run(stream, devices, xrun: .abort)
    try run.start()
    stream.endOutput()
    #expect(throws: ToolError.self) { try run.waitUntilFinished() }
    #expect(run.failure?.message.hasPrefix("100 frames of output lost by the host") == true)
    run.halt(.abort)
  }
}
