import Platform
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct ScheduledStartTests {
  private func run(_ stream: RawAudioInputStream, _ devices: VirtualDevices) throws -> StreamRun {
    StreamRun(
      stream, devices.null, LossPolicy(xrun: .warn),
      try RunReporter(ReportPlan(), rate: 48_000, channelCount: 0)
    ) { "" }
  }

  @Test func withoutATimeThereIsNone() { #expect(ScheduledStart(nil) == nil) }

  /// The stream has its latency and a second to get going.
  @Test func itReturnsAheadOfTheTime() throws {
    let devices = try VirtualDevices("pace=fast")
    let run = try run(devices.input(), devices)
    let start = try #require(ScheduledStart(Double(wallNanoseconds()) / 1e9 + 1.25))
    start.wait(run, latency: 0.2)
    let left = start.time - Double(wallNanoseconds()) / 1e9
    #expect(left <= 1.2 && !run.shouldEnd())
  }

  @Test func aRunThatEndsIsNotWaitedFor() throws {
    let devices = try VirtualDevices("pace=fast")
    let run = try run(devices.input(), devices)
    run.end(nil)
    let start = try #require(ScheduledStart(Double(wallNanoseconds()) / 1e9 + 3600))
    start.wait(run, latency: 0)
    #expect(start.time - Double(wallNanoseconds()) / 1e9 > 3000)
  }
}
