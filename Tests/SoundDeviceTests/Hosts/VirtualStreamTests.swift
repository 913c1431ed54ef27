import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct VirtualStreamTests {
  @Test func xrunsLoseExactlyTheseFramesExactlyThere() throws {
    let bench = try VirtualBench("xrun@1000:300,xrun@2000:5")
    let recording = try Sound.record(frameCount: 4000, channelCount: 1, device: bench.loopback)
    _ = try recording.wait(timeout: .seconds(20))
    let losses = recording.stream.losses.input
    #expect(losses.lost == 305 && losses.lossCount == 2 && !losses.lostIsEstimated)
    let gaps = recording.stream.takeGaps()
    // The second one comes 305 stream frames, of which 300 were lost, before 2000 delivered.
    #expect(gaps.map(\.position) == [1000, 1700])
    #expect(gaps.map(\.frameCount) == [300, 5])
    #expect(recording.status == .inputOverflow)
  }

  @Test func anXrunOfADuplexStreamTellsOfBothDirections() throws {
    let bench = try VirtualBench("xrun@512:64")
    let recording = try Sound.playAndRecord(
      SampleBuffer<Float>(frameCount: 2000), inputChannelCount: 1, inputDevice: bench.loopback,
      outputDevice: bench.loopback)
    _ = try recording.wait(timeout: .seconds(20))
    #expect(recording.status == [.inputOverflow, .outputUnderflow])
    #expect(recording.stream.losses.output.lost == 64)
    #expect(recording.stream.losses.input.lost == 64)
  }

  @Test(arguments: ["stall@480", "lost@480"])
  func aDeviceThatGoesAwayEndsTheRunWithinTheStallTime(fault: String) async throws {
    let bench = try VirtualBench("pace=realtime,\(fault)")
    let finished = Shared(0)
    let stream = try AudioInputStream<Float>(
      bench.parameters(1), options: StreamOptions(stallTime: .seconds(0.3)),
      finished: { finished.update { $0 += 1 } }
    ) { _, _ in .continue }
    try await stream.start()
    let error = try await withBlockingTimeout(.seconds(20)) { code { try stream.wait() } }
    #expect(error == .hostLost)
    #expect(stream.isLost && !stream.isActive && !stream.isStopped)
    #expect(stream.losses.input.delivered == 480)
    try await eventually("finished") { finished.value == 1 }
    #expect(code { try stream.stop() } == .hostLost)
    #expect(code { try stream.start() } == .hostLost)
    #expect(code { try stream.close() } == .hostLost)
    #expect(stream.isClosed && stream.time == 0)
    #expect(finished.value == 1)
  }

  /// One device is lost, not the host.
  @Test func aHostGoesOnAfterALoss() async throws {
    let bench = try VirtualBench("pace=realtime,lost@256")
    let recording = try await Sound.record(
      frameCount: 4800, channelCount: 1, device: bench.loopback)
    let error = try await withBlockingTimeout(.seconds(20)) { code { try recording.wait() } }
    #expect(error == .hostLost)
    #expect(recording.recordedFrameCount == 256)
    #expect(!bench.host.isLost && bench.host.everLost)
    let next = try await Sound.record(frameCount: 100, channelCount: 1, device: bench.loopback)
    let take = try await withBlockingTimeout(.seconds(20)) { try next.wait() }
    #expect(take.frameCount == 100)
  }

  @Test func theClockGoesOnAndTheLoadIsSmall() throws {
    let bench = try VirtualBench("pace=realtime")
    let stream = try AudioInputStream<Float>(bench.parameters(1)) { _, _ in .continue }
    let before = stream.time
    #expect(before > 0)
    #expect(stream.time >= before)
    #expect((0..<1).contains(stream.cpuLoad))
    try stream.close()
    #expect(stream.time == 0 && stream.cpuLoad == 0)
  }
}

struct StreamClockTests {
  @Test func aClockAheadComesSooner() {
    let clock = StreamClock(drift: 1000)
    #expect(clock.engineFrame(1_001_000, from: 0) == 1_000_000)
    #expect(clock.engineFrame(1_001_500, from: 500) == 1_000_500)
    #expect(StreamClock().engineFrame(12_345, from: 7) == 12_345)
    #expect(StreamClock(drift: -1000).engineFrame(999_000, from: 0) == 1_000_000)
  }

  @Test func latenessIsTheSameEachTime() {
    let clock = StreamClock(jitter: 100)
    let first = (0..<1000).map { clock.lateness($0 * 256) }
    #expect(first == (0..<1000).map { clock.lateness($0 * 256) })
    #expect(first.allSatisfy { 0...100 ~= $0 } && Set(first).count > 50)
    #expect(StreamClock().lateness(256) == 0)
  }
}
