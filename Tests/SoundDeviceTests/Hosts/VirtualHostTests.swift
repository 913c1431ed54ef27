import PCM
import TestSupport
import Testing

@testable import SoundDevice

struct VirtualHostTests {
  private func open(
    _ bench: VirtualBench, input: (Int, Int)? = nil, output: (Int, Int)? = (1, 2),
    rate: Double = 48_000, blockSize: Int = 0, neverDropInput: Bool = false
  ) -> PortAudioError.Code? {
    func direction(_ pair: (Int, Int)?) -> HostConfiguration.Direction? {
      pair.map { .init(deviceIndex: $0.0, channelCount: $0.1, format: .float32, latency: 0) }
    }
    let configuration = HostConfiguration(
      input: direction(input), output: direction(output), sampleRate: rate, blockSize: blockSize,
      neverDropInput: neverDropInput, operation: "testing")
    return code {
      try bench.host.call("testing", limit: 5) { host throws(PortAudioError) in
        try host.check(configuration)
      }
    }
  }

  @Test func listsTwoDevicesThatAreNoDefault() throws {
    let bench = try VirtualBench("rate=44100,channels=6,latency=441")
    #expect(bench.list.map(\.name) == ["virtual:null", "virtual:loopback"])
    #expect(bench.list.allSatisfy { $0.hostAPIName == "Virtual" })
    #expect(bench.loopback.maxInputChannelCount == 6 && bench.loopback.maxOutputChannelCount == 6)
    #expect(bench.loopback.defaultSampleRate == 44_100)
    #expect(abs(bench.loopback.defaultHighOutputLatency - 0.01) < 1e-9)
    #expect(bench.list.defaultInputIndex == nil && bench.list.defaultOutputIndex == nil)
  }

  @Test func refusesWhatItCannotDoAsPortAudioWould() throws {
    let bench = try VirtualBench("rate=48000")
    #expect(open(bench) == nil)
    #expect(open(bench, output: (1, 3)) == .invalidChannelCount)
    #expect(open(bench, output: (7, 1)) == .invalidDevice)
    #expect(open(bench, input: (0, 1), output: (1, 1)) == .badIODeviceCombination)
    #expect(open(bench, rate: 44_100) == .invalidSampleRate)
    #expect(open(bench, neverDropInput: true) == .invalidFlag)
    #expect(open(bench, input: (1, 1), output: (1, 1), neverDropInput: true) == nil)
    #expect(
      open(bench, input: (1, 1), output: (1, 1), blockSize: 64, neverDropInput: true)
        == .invalidFlag)
  }

  @Test func everyRateUnlessOneIsSaid() throws {
    let bench = try VirtualBench()
    #expect(open(bench, rate: 8000) == nil && open(bench, rate: 192_000) == nil)
    #expect(open(bench, rate: 0.5) == .invalidSampleRate)
  }

  @Test func streamsOfOneLoopbackHaveOneRate() throws {
    let bench = try VirtualBench()
    let stream = try AudioOutputStream<Float>(
      bench.parameters(2), options: StreamOptions(sampleRate: 32_000)
    ) { _, _ in .continue }
    #expect(open(bench, rate: 48_000) == .invalidSampleRate)
    #expect(open(bench, rate: 32_000) == nil)
    try stream.close()
    // The last one closed, the next may choose, whoever still holds the closed one.
    #expect(open(bench, rate: 48_000) == nil && stream.isClosed)
  }
}
