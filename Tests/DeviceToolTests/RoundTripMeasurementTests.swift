import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct RoundTripMeasurementTests {
  private func measure(_ device: KeyPath<VirtualDevices, Device>) throws -> (
    RoundTripMeasurement, LossReport
  ) {
    let devices = try VirtualDevices("pace=fast,latency=700")
    let device = devices[keyPath: device]
    let side = StreamParameters(device: device, channelCount: 1)
    var options = StreamOptions()
    (options.prebuffersOutput, options.alignsInput) = (true, true)
    let stream = try RawAudioStream(
      input: side, output: side, inputFormat: .float32, outputFormat: .float32, options: options)
    let run = StreamRun(
      stream, device, LossPolicy(xrun: .warn),
      try RunReporter(ReportPlan(), rate: 48_000, channelCount: 1)
    ) { "" }
    let input = StreamInput(stream, device, run, bytesPerFrame: 4)
    defer { run.halt(.abort) }
    let measurement = try RoundTripMeasurement(stream, monoFloats, monoFloats, input, run)
    return (measurement, stream.losses)
  }

  @Test func theLatencyOfALoopbackIsFoundToTheFrame() throws {
    let (measurement, losses) = try measure(\.loopback)
    #expect(measurement.lag == 700)
    // The sound after it comes back that much later.
    #expect(
      measurement.takenCount + measurement.skippedCount
        == measurement.playedCount + measurement.lag)
    #expect(losses.input.lost == 0 && losses.output.lost == 0)
  }

  @Test func silenceHasNoPeak() throws {
    #expect(
      throws: ToolError.failure(
        "--compensate measure", "no single clear peak; does what is played come back?")
    ) { _ = try measure(\.null) }
  }
}
