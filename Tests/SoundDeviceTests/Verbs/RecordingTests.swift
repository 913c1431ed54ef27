import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct RecordingTests {
  @Test(arguments: ["stall@1000", "lost@1000"])
  func whatCameBeforeALossIsKept(fault: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(fault)")
    let numbers = TestSignal.frameNumbers(frameCount: 5000, channelCount: 1)
    let recording = try await Sound.playAndRecord(
      SampleBuffer(numbers), recording: Double.self, inputChannelCount: 1,
      inputDevice: bench.loopback, outputDevice: bench.loopback,
      options: StreamOptions(stallTime: .seconds(0.3)))
    let error = try await withBlockingTimeout(.seconds(20)) { code { try recording.wait() } }
    #expect(error == .hostLost)
    #expect(recording.recordedFrameCount == 1000)
    let expected = [Double](repeating: 0, count: 256) + numbers.prefix(744).map(Double.init)
    #expect(recording.recorded.samples == expected)
  }

  @Test func anEarlyStopKeepsTheShape() async throws {
    let bench = try VirtualBench("pace=realtime")
    let own = SampleBuffer<Double>([Double](repeating: 9, count: 960_000), channelCount: 2)
    let mine = try await Sound.record(into: own, device: bench.loopback)
    let plain: Recording<Float> = try await Sound.record(
      frameCount: 480_000, channelCount: 1, device: bench.loopback)
    try await eventually("some input") {
      mine.recordedFrameCount > 0 && plain.recordedFrameCount > 0
    }
    #expect(mine.isActive)
    try await mine.stop()
    try await plain.stop()
    #expect(!mine.isActive && mine.stream.isClosed)
    let count = mine.recordedFrameCount
    #expect(mine.recorded.frameCount == count && count < 480_000)
    let back = try await mine.wait()
    #expect(back.samples.prefix(count * 2).allSatisfy { $0 == 0 })
    #expect(back.samples.dropFirst(count * 2).allSatisfy { $0 == 9 })
    #expect(back.frameCount == 480_000)
    #expect(try await plain.wait().frameCount == 480_000)
  }

  @Test func aTimeLimitLeavesItGoing() async throws {
    let bench = try VirtualBench("pace=realtime")
    let recording: Recording<Float> = try await Sound.record(
      frameCount: 48_000, device: bench.loopback)
    #expect(code { try recording.wait(timeout: .seconds(0.01)) } == .timedOut)
    #expect(recording.isActive)
    try await recording.stop()
  }
}
