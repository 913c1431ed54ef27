import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct RecordTests {
  @Test func defaultsAreFloatAndAllChannels() throws {
    let bench = try VirtualBench("channels=3")
    let take: SampleBuffer<Float> = try Sound.record(frameCount: 100, device: bench.null).wait(
      timeout: .seconds(20))
    #expect(take.frameCount == 100 && take.channelCount == 3)
  }

  @Test func aMappingPicksChannelsAndWinsOverTheirNumber() async throws {
    let bench = try VirtualBench("pace=realtime,channels=4")
    let playback = try await Sound.play(
      SampleBuffer<Float>([0.125, 0.25, 0.5, 0.75], channelCount: 4), device: bench.loopback,
      loop: true)
    let take = try await withBlockingTimeout(.seconds(20)) {
      try Sound.record(
        frameCount: 2000, channelCount: 1, mapping: try ChannelMap([3, 1]), device: bench.loopback
      ).wait()
    }
    try await playback.stop()
    #expect(take.channelCount == 2)
    #expect(Array(take.samples.suffix(2)) == [0.5, 0.125])
  }

  @Test func everyTypeIsRecorded() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await Sound.play(
      SampleBuffer<Float>([0.5]), device: bench.loopback, loop: true)
    func last<S: Sample>(_ type: S.Type) async throws -> S? {
      let device = bench.loopback
      return try await withBlockingTimeout(.seconds(20)) {
        try Sound.record(
          frameCount: 1000, of: S.self, channelCount: 1, device: device,
          options: StreamOptions(dithers: false)
        ).wait().samples.last
      }
    }
    #expect(try await last(UInt8.self) == 192)
    #expect(try await last(Int8.self) == 64)
    #expect(try await last(Int16.self) == 16_384)
    #expect(try await last(Int24.self) == 4_194_304)
    #expect(try await last(Int32.self) == 1_073_741_824)
    #expect(try await last(Float.self) == 0.5)
    #expect(try await last(Double.self) == 0.5)
    try await playback.stop()
  }

  @Test func aBufferOfTheCallersOwnIsFilledAndGivenBack() throws {
    let bench = try VirtualBench()
    let own = SampleBuffer<Int16>([Int16](repeating: 9, count: 200), channelCount: 2)
    let back = try Sound.record(
      into: own, device: bench.null, options: StreamOptions(dithers: false)
    ).wait(timeout: .seconds(20))
    #expect(back == SampleBuffer<Int16>(frameCount: 100, channelCount: 2, sampleRate: 48_000))
    #expect(
      code { _ = try Sound.record(into: own, mapping: ChannelMap([1]), device: bench.null) }
        == .invalidChannelCount)
  }

  @Test func nothingToRecordIsRecorded() throws {
    let bench = try VirtualBench()
    let take: SampleBuffer<Float> = try Sound.record(
      frameCount: 0, device: bench.null, blocking: true
    )
    .wait()
    #expect(take.samples.isEmpty && take.channelCount == 2)
  }
}
