import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct PlayRecordTests {
  @Test func theInputHasTheDatasTypeUnlessSaid() throws {
    let bench = try VirtualBench()
    let noise = TestSignal.noise(of: Int16.self, frameCount: 1000, channelCount: 2)
    let data = SampleBuffer(noise, channelCount: 2)
    let same = try Sound.playAndRecord(
      data, inputChannelCount: 2, inputDevice: bench.loopback, outputDevice: bench.loopback,
      options: StreamOptions(dithers: false)
    ).wait(timeout: .seconds(20))
    #expect(Array(same.samples.dropFirst(512)) == Array(noise.dropLast(512)))
    let other = try Sound.playAndRecord(
      data, recording: Int32.self, inputChannelCount: 1, inputDevice: bench.loopback,
      outputDevice: bench.loopback, options: StreamOptions(dithers: false)
    ).wait(timeout: .seconds(20))
    #expect(other.channelCount == 1)
    #expect(other[256, 0] == Int32(noise[0]) << 16)
  }

  @Test func bothMappingsHold() throws {
    let bench = try VirtualBench("channels=4")
    let data = SampleBuffer<Float>(
      [0.5, 0.25] + [Float](repeating: 0, count: 1000), channelCount: 2)
    let back = try Sound.playAndRecord(
      data, inputMapping: try ChannelMap([4, 3, 2]), outputMapping: try ChannelMap([2, 4]),
      inputDevice: bench.loopback, outputDevice: bench.loopback
    ).wait(timeout: .seconds(20))
    #expect(back.channelCount == 3)
    #expect(Array(back.samples[(256 * 3)..<(257 * 3)]) == [0.25, 0, 0.5])
  }

  @Test func aBufferOfTheCallersOwnMustBeAsLong() throws {
    let bench = try VirtualBench()
    let data = SampleBuffer<Double>([Double](repeating: 0.5, count: 1000))
    func into(_ frameCount: Int) throws -> SampleBuffer<Int16> {
      try Sound.playAndRecord(
        data, into: SampleBuffer<Int16>(frameCount: frameCount, channelCount: 2),
        inputDevice: bench.loopback, outputDevice: bench.loopback,
        options: StreamOptions(dithers: false)
      ).wait(timeout: .seconds(20))
    }
    #expect(code { _ = try into(999) } == .bufferTooSmall)
    #expect(code { _ = try into(1001) } == .bufferTooBig)
    let back = try into(1000)
    #expect(back[255, 0] == 0 && back[256, 0] == 16_384 && back[999, 1] == 0)
  }
}
