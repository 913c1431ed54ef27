import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct AdaptedFeedTests {
  private func feed(
    check: (Int) throws(ToolError) -> Void
  ) throws -> (LossReport, outcome: ToolError?) {
    let bench = try BodyBench(frameCount: 9600)
    let devices = try VirtualDevices("pace=fast,block=256")
    let stream = try RawAudioOutputStream(
      StreamParameters(device: devices.null, channelCount: 2), format: .float32)
    let format = StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 2)
    let pipeline = try FramePipeline([AudioSource(bench.path)], to: format)
    let output = try AdaptedOutput(
      stream, devices.null, format, from: 48_000, latency: 0.02, dither: false, nil)
    try stream.start()
    var count = 0
    var outcome: ToolError?
    do throws(ToolError) {
      try AdaptedFeed(output, pipeline).run { () throws(ToolError) in
        count += 1
        try check(count)
      }
      while (try? stream.wait(timeout: .seconds(10))) == false {}
    } catch { outcome = error }
    return (output.settled(stream.losses), outcome)
  }

  @Test func everythingIsWrittenAndTheOutputEnded() throws {
    let (losses, outcome) = try feed { _ in }
    #expect(outcome == nil && losses.output.delivered == 9600, "\(losses)")
  }

  @Test func whatTheCheckFindsEndsIt() throws {
    let failure = ToolError.failure("x", "lost")
    let (losses, outcome) = try feed { count throws(ToolError) in
      if count == 2 { throw failure }
    }
    #expect(outcome == failure && losses.output.delivered < 9600)
  }
}
