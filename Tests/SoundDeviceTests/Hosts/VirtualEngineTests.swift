import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct VirtualEngineTests {
  private let numbers = TestSignal.frameNumbers(frameCount: 5000, channelCount: 2)

  /// Plays numbered frames on a duplex stream and gives what came back.
  private func roundTrip(_ configuration: String, blockSize: Int = 0) throws -> [Float] {
    let bench = try VirtualBench(configuration)
    let data = SampleBuffer(numbers, channelCount: 2)
    return try Sound.playAndRecord(
      data, inputChannelCount: 2, inputDevice: bench.loopback, outputDevice: bench.loopback,
      options: StreamOptions(blockSize: blockSize)
    ).wait(timeout: .seconds(20)).samples
  }

  @Test(arguments: [("", 256), ("block=100", 100), ("latency=999", 999), ("block=1024", 1024)])
  func theLoopbackReturnsEveryFrameAfterItsLatency(configuration: String, latency: Int) throws {
    let back = try roundTrip(configuration)
    #expect(back.prefix(latency * 2).allSatisfy { $0 == 0 })
    #expect(Array(back.dropFirst(latency * 2)) == Array(numbers.dropLast(latency * 2)))
  }

  @Test func aLargerBlockThanTheLatencyDelaysByItself() throws {
    let back = try roundTrip("latency=10,block=64", blockSize: 480)
    #expect(Array(back.dropFirst(960)) == Array(numbers.dropLast(960)))
  }

  @Test func theNullDeviceGivesSilence() throws {
    let bench = try VirtualBench()
    let back = try Sound.playAndRecord(
      SampleBuffer(numbers, channelCount: 2), inputChannelCount: 1, inputDevice: bench.null,
      outputDevice: bench.null
    ).wait(timeout: .seconds(20))
    #expect(back.frameCount == 5000 && back.samples.allSatisfy { $0 == 0 })
  }

  @Test func anInputThatNobodyReadsHoldsUpNoOutput() async throws {
    let bench = try VirtualBench()
    let input = try AudioInputStream<Float>(bench.parameters(2))
    let output = try AudioOutputStream<Float>(bench.parameters(2))
    try await input.start()
    let heard = try await withBlockingTimeout(.seconds(20)) { [numbers] in
      var waiting = -1
      while input.readAvailable > waiting {
        waiting = input.readAvailable
        usleep(20_000)
      }
      try output.start()
      try output.write(SampleBuffer(numbers, channelCount: 2))
      try output.stop()
      return try input.read(frameCount: waiting + 10_000).0
    }
    #expect(Array(heard.samples.drop { $0 == 0 }.prefix(numbers.count)) == numbers)
    try await input.close()
    try await output.close()
  }

  @Test func streamsOfOneLoopbackAddUp() async throws {
    let bench = try VirtualBench("pace=realtime,rate=48000")
    let recording = try await Sound.record(
      frameCount: 480_000, channelCount: 1, device: bench.loopback)
    let parts: [Float] = [0.5, 0.25, 0.125]
    let playbacks = try parts.map {
      try Sound.play(SampleBuffer([Float](repeating: $0, count: 4800)), device: bench.loopback)
    }
    let heard = try await withBlockingTimeout(.seconds(30)) {
      for playback in playbacks { try playback.wait() }
      try recording.stopWhenAllHasComeBack()
      return recording.recorded.samples
    }
    #expect(heard.reduce(0) { $0 + Double($1) } == 4800 * 0.875)
    #expect(heard.allSatisfy { $0 * 8 == ($0 * 8).rounded() })
  }
}
