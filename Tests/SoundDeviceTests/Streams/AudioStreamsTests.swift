import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct AudioStreamsTests {
  /// What is fed to the input as values 0, 1, 2… of a type comes back through a callback unharmed.
  private func wire<S: StreamSample & FixedWidthInteger>(_ type: S.Type) async throws {
    let bench = try VirtualBench("pace=realtime")
    let numbers = (0..<3000).map { S(truncatingIfNeeded: $0 &* 37) }
    let heard = Tape<S>(10_000, of: 0)
    var position = 0
    let stream = try AudioStream<S>(
      input: bench.parameters(1), output: bench.parameters(1),
      options: StreamOptions(dithers: false)
    ) { input, output, info in
      for index in input.indices { heard.append(input[index]) }
      for index in output.indices where position < 3000 {
        output[index] = numbers[position]
        position += 1
      }
      return heard.count >= 3256 ? .complete : .continue
    }
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    #expect(Array(heard.values.dropFirst(256).prefix(3000)) == numbers)
    #expect(stream.inputFormat == S.format && stream.outputFormat == S.format)
  }

  @Test func integersGoRoundBitForBit() async throws {
    try await wire(UInt8.self)
    try await wire(Int8.self)
    try await wire(Int16.self)
  }

  @Test func theCallbackOwnsItsState() async throws {
    let bench = try VirtualBench()
    let seen = Tape(100, of: 0)
    var calls = 0
    let stream = try AudioInputStream<Float>(
      bench.parameters(2), options: StreamOptions(blockSize: 10)
    ) { input, info in
      calls += 1
      seen.append(info.position)
      seen.append(info.frameCount)
      seen.append(input.count)
      return calls == 3 ? .complete : .continue
    }
    try await stream.start()
    #expect(try await withBlockingTimeout(.seconds(20)) { try stream.wait() })
    #expect(seen.values == [0, 10, 20, 10, 10, 20, 20, 10, 20])
    #expect(stream.blockSize == 10)
  }

  @Test func aStreamTellsWhatItIs() throws {
    let bench = try VirtualBench("rate=44100,latency=441")
    let stream = try AudioStream<Int16>(
      input: bench.parameters(1), output: bench.parameters(2),
      options: StreamOptions(blockSize: 64)
    ) { _, _, _ in .continue }
    #expect(stream.sampleRate == 44_100 && stream.blockSize == 64)
    #expect(stream.inputChannelCount == 1 && stream.outputChannelCount == 2)
    #expect(stream.inputDevice == bench.loopback && stream.outputDevice == bench.loopback)
    #expect(stream.inputFormat == .int16 && stream.inputFormat.byteCount == 2)
    #expect(stream.inputLatency == 0 && abs(stream.outputLatency - 0.01) < 1e-9)
    #expect(stream.flags == [] && stream.clippedSampleCount == 0)
  }

  /// Where the device takes floating point, nothing is clipped, as in the ancestor.
  @Test func floatsBeyondFullScalePassAsTheyAre() throws {
    for clips in [true, false] {
      let bench = try VirtualBench()
      let heard = try Sound.playAndRecord(
        SampleBuffer<Float>([2, -3] + [Float](repeating: 0, count: 1000)), inputChannelCount: 1,
        inputDevice: bench.loopback, outputDevice: bench.loopback,
        options: StreamOptions(clips: clips)
      ).wait(timeout: .seconds(20))
      #expect(Array(heard.samples[256...257]) == [2, -3])
    }
  }

  @Test func monoFillsTheMappedChannelsAndChannelOneAloneIsPossible() throws {
    let bench = try VirtualBench("channels=4")
    let noise = TestSignal.noise(frameCount: 1000, channelCount: 1)
    func heard(_ map: [Int]) throws -> SampleBuffer<Float> {
      try Sound.playAndRecord(
        SampleBuffer(noise), inputChannelCount: 4, outputMapping: try ChannelMap(map),
        inputDevice: bench.loopback, outputDevice: bench.loopback, options: .init(clips: false)
      ).wait(timeout: .seconds(20))
    }
    let both = try heard([4, 2])
    let alone = try heard([1])
    let expected = [Float](repeating: 0, count: 256) + noise.dropLast(256)
    for channel in 0..<4 {
      let silence = [Float](repeating: 0, count: 1000)
      #expect(Array(both.channel(channel)) == ([1, 3].contains(channel) ? expected : silence))
      #expect(Array(alone.channel(channel)) == (channel == 0 ? expected : silence))
    }
  }
}
