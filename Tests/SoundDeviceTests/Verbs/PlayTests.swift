import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct PlayTests {
  /// What a recording on the same loopback hears of `data`.
  private func hear<S: Sample>(
    _ data: SampleBuffer<S>, channelCount: Int = 2, mapping: [Int]? = nil
  ) async throws -> SampleBuffer<Float> {
    let bench = try VirtualBench("pace=realtime,channels=4")
    let recording = try await Sound.record(
      frameCount: 480_000, channelCount: channelCount, device: bench.loopback)
    let playback = try await Sound.play(
      data, mapping: try mapping.map { try ChannelMap($0) }, device: bench.loopback,
      options: StreamOptions(dithers: false))
    return try await withBlockingTimeout(.seconds(30)) {
      #expect(try playback.wait() == [])
      try recording.stopWhenAllHasComeBack()
      var heard = recording.recorded
      let silence = heard.samples.prefix { $0 == 0 }.count / channelCount * channelCount
      heard.samples.removeFirst(silence)
      return heard
    }
  }

  /// The first sample of each signal is not silence, so that its beginning can be found.
  private func check<S: Sample & Equatable>(_ samples: [S]) async throws {
    let heard = try await hear(SampleBuffer(samples, channelCount: 2))
    let same = heard.converted(to: S.self).samples
    // The place of the first difference says more than two thousand numbers.
    #expect(zip(same, samples).enumerated().first { $1.0 != $1.1 }?.offset == nil)
    #expect(same.count > samples.count)
    #expect(same.dropFirst(samples.count).allSatisfy { $0 == S.silence })
  }

  @Test func aBufferPlaysAtItsOwnRateUnlessTheCallerGivesOne() throws {
    let bench = try VirtualBench()
    let sound = SampleBuffer<Float>(frameCount: 100, sampleRate: 44_100)
    let own = try Sound.play(sound, device: bench.null)
    #expect(own.stream.sampleRate == 44_100)
    try own.wait(timeout: .seconds(20))
    let other = try Sound.play(sound, sampleRate: 96_000, device: bench.null)
    #expect(other.stream.sampleRate == 96_000)
    try other.wait(timeout: .seconds(20))
    let take = try Sound.record(
      frameCount: 10, sampleRate: 8000, channelCount: 1, device: bench.null)
    #expect(try take.wait(timeout: .seconds(20)).sampleRate == 8000)
  }

  @Test func aStreamRefusesABufferOfAnotherRate() async throws {
    let bench = try VirtualBench()
    let stream = try AudioOutputStream<Float>(bench.parameters(1))
    try await stream.start()
    let error = await #expect(throws: PortAudioError.self) {
      try await stream.write(SampleBuffer(frameCount: 10, sampleRate: 44_100))
    }
    #expect(error?.code == .invalidSampleRate)
    try await stream.write(SampleBuffer(frameCount: 10, sampleRate: stream.sampleRate))
    try await stream.abort()
  }

  @Test func everySampleTypePlaysExactly() async throws {
    try await check(TestSignal.noise(frameCount: 500, channelCount: 2))
    try await check(TestSignal.noise(frameCount: 500, channelCount: 2).map(Double.init))
    try await check([5, 6] + TestSignal.noise(of: Int16.self, frameCount: 500, channelCount: 2))
    try await check([5, 6] + TestSignal.noise(of: Int8.self, frameCount: 500, channelCount: 2))
    try await check([5, 6] + TestSignal.noise(of: UInt8.self, frameCount: 500, channelCount: 2))
    try await check(
      [5, 6]
        + TestSignal.noise(of: Int32.self, frameCount: 500, channelCount: 2).map {
          Int24(truncatingIfNeeded: $0)
        })
    // 32 bits do not fit a float32 device: the upper 24 do.
    try await check(
      [256, 512]
        + TestSignal.noise(of: Int32.self, frameCount: 500, channelCount: 2).map { $0 & ~0xFF })
  }

  @Test func mappingPutsChannelsWhereItSays() async throws {
    let data = SampleBuffer<Float>([0.5, 0.25, 0.125, 0.75], channelCount: 2)
    let heard = try await hear(data, channelCount: 4, mapping: [4, 1])
    #expect(Array(heard.samples.prefix(8)) == [0.25, 0, 0, 0.5, 0.75, 0, 0, 0.125])
    let mono = try await hear(
      SampleBuffer<Float>([0.5, 0.25]), channelCount: 4, mapping: [1, 2, 4])
    #expect(Array(mono.samples.prefix(8)) == [0.5, 0.5, 0, 0.5, 0.25, 0.25, 0, 0.25])
  }

  @Test func wrongMappingsAreRefused() throws {
    let bench = try VirtualBench()
    let stereo = SampleBuffer<Float>(frameCount: 10, channelCount: 2)
    for channels in [[1], [1, 1], [1, 3], [1, 2, 1]] {
      #expect(
        code { try Sound.play(stereo, mapping: ChannelMap(channels), device: bench.loopback) }
          == .invalidChannelCount)
    }
    #expect(bench.openStreamCount == 0)
  }

  @Test func blockingWaits() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await withBlockingTimeout(.seconds(20)) {
      try Sound.play(SampleBuffer<Float>(frameCount: 2000), device: bench.loopback, blocking: true)
    }
    #expect(!playback.isActive && playback.stream.isClosed)
    #expect(playback.stream.losses.output.delivered >= 2000)
  }

  @Test func optionsReachTheStream() throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try Sound.play(
      SampleBuffer<Float>(frameCount: 48_000), sampleRate: 32_000, device: bench.loopback,
      latency: .seconds(0.5), options: StreamOptions(sampleRate: 8000, blockSize: 99))
    #expect(playback.stream.sampleRate == 32_000 && playback.stream.blockSize == 99)
    try playback.stop()
    #expect(
      code {
        try Sound.play(
          SampleBuffer<Float>(frameCount: 1), device: bench.loopback,
          options: StreamOptions(neverDropInput: true))
      } == .invalidFlag)
  }

  @Test func nothingToPlayIsPlayed() async throws {
    let bench = try VirtualBench("pace=realtime")
    let playback = try await Sound.play(SampleBuffer<Float>(frameCount: 0), device: bench.loopback)
    #expect(try await withBlockingTimeout(.seconds(20)) { try playback.wait() } == [])
  }
}
