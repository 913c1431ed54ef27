import PCM
import Testing

@testable import SoundDevice

struct StreamRequestTests {
  private let bench: VirtualBench

  init() throws { bench = try VirtualBench("channels=4") }

  private func resolve(
    input: StreamParameters? = nil, output: StreamParameters? = nil,
    format: SampleFormat = .float32, _ options: StreamOptions = StreamOptions()
  ) throws -> ResolvedStream {
    try StreamRequest(
      input: input.map { .init(parameters: $0, format: format) },
      output: output.map { .init(parameters: $0, format: format) }, options: options,
      operation: "opening"
    ).resolve()
  }

  @Test func everythingHasADefault() throws {
    let stream = try resolve(input: bench.parameters(), output: bench.parameters())
    #expect(stream.configuration.sampleRate == 48_000 && stream.configuration.blockSize == 0)
    #expect(stream.input?.channelCount == 4 && stream.output?.hostChannelCount == 4)
    #expect(stream.input?.map == nil && stream.output?.map == nil)
    // Floating point passes as it is, beyond full scale too.
    #expect(stream.input?.converter == nil && stream.output?.converter == nil)
    #expect(stream.stallTime == 2 && stream.bufferFrameCount == 48_000)
    #expect(!stream.configuration.neverDropInput && !stream.configuration.primeOutput)
  }

  @Test func optionsGoThrough() throws {
    let stream = try resolve(
      input: bench.parameters(1), output: bench.parameters(1),
      StreamOptions(
        sampleRate: 22_050, blockSize: 99, clips: false, dithers: false, neverDropInput: true,
        primeOutputBuffersUsingStreamCallback: true, stallTime: .seconds(9),
        bufferFrameCount: 100_000))
    let configuration = stream.configuration
    #expect(configuration.sampleRate == 22_050 && configuration.blockSize == 99)
    #expect(configuration.neverDropInput && configuration.primeOutput)
    #expect(stream.output?.converter == nil)
    #expect(stream.stallTime == 9 && stream.bufferFrameCount == 100_000)
  }

  @Test func latencyIsTheDevicesOrSeconds() throws {
    var parameters = bench.parameters(1)
    #expect(try resolve(output: parameters).configuration.output?.latency == 256 / 48_000)
    parameters.latency = .seconds(0.25)
    #expect(try resolve(output: parameters).configuration.output?.latency == 0.25)
  }

  @Test func aMapSaysHowManyChannels() throws {
    let map = try ChannelMap([3, 1])
    let input = try resolve(input: bench.parameters(map: map)).input
    #expect(input?.channelCount == 2 && input?.hostChannelCount == 3 && input?.map == map)
    let output = try resolve(output: bench.parameters(map: map)).output
    #expect(output?.channelCount == 2 && output?.hostChannelCount == 3)
  }

  /// A stream of one channel is played on two by some hosts; a second, silent one prevents that.
  @Test func channelOneAloneOpensASecondSilentOne() throws {
    let output = try resolve(output: bench.parameters(map: ChannelMap([1]))).output
    #expect(output?.channelCount == 1 && output?.hostChannelCount == 2)
    #expect(output?.map?.channels == [1])
    let input = try resolve(input: bench.parameters(map: ChannelMap([1]))).input
    #expect(input?.hostChannelCount == 1 && input?.map == nil)
  }

  @Test func monoMayGoToSeveralChannels() throws {
    let output = try resolve(output: bench.parameters(1, map: ChannelMap([2, 4]))).output
    #expect(output?.channelCount == 1 && output?.hostChannelCount == 4)
  }

  @Test func wrongChannelsAreRefused() throws {
    let wrong: [(Int?, [Int]?)] = [
      (0, nil), (5, nil), (-1, nil), (nil, [5]), (nil, [1, 1]), (2, [1]), (3, [1, 2]),
    ]
    for (count, map) in wrong {
      let parameters = bench.parameters(count, map: try map.map { try ChannelMap($0) })
      #expect(code { _ = try resolve(output: parameters) } == .invalidChannelCount)
      #expect(code { _ = try resolve(input: parameters) } == .invalidChannelCount)
    }
    #expect(
      code { _ = try resolve(input: bench.parameters(1, map: ChannelMap([1, 2]))) }
        == .invalidChannelCount)
  }

  @Test func wrongRatesAndBlocksAreRefused() {
    for rate in [0, -1, .nan, .infinity, 4_294_967_295, 1e12, 1e300] {
      #expect(
        code { _ = try resolve(output: bench.parameters(1), StreamOptions(sampleRate: rate)) }
          == .invalidSampleRate)
    }
    #expect(
      code { _ = try resolve(output: bench.parameters(1), StreamOptions(blockSize: -1)) }
        == .invalidFlag)
  }

  @Test func devicesOfTwoHostsAreNoStream() throws {
    let other = try VirtualBench()
    let error = #expect(throws: PortAudioError.self) {
      try resolve(input: bench.parameters(1), output: other.parameters(1))
    }
    #expect(error?.code == .badIODeviceCombination)
  }

  @Test func theErrorNamesTheDevice() {
    let error = #expect(throws: PortAudioError.self) {
      try resolve(output: bench.parameters(9))
    }
    #expect(
      error?.description
        == "opening on 'virtual:loopback, Virtual': Invalid number of channels [PaErrorCode -9998]"
    )
  }

  @Test(arguments: [
    (HostSettings.coreAudio(CoreAudioSettings()), "Core Audio"),
    (.wasapi(WASAPISettings(isExclusive: true)), "Windows WASAPI"),
    (.asio(ASIOSettings(channelSelectors: [1])), "ASIO"),
  ])
  func settingsOfAnotherHostAreRefusedByName(settings: HostSettings, name: String) {
    var parameters = bench.parameters(1)
    parameters.hostSettings = settings
    for (input, output) in [(parameters, nil), (nil, parameters), (bench.parameters(), parameters)]
      as [(StreamParameters?, StreamParameters?)]
    {
      let error = #expect(throws: PortAudioError.self) { try resolve(input: input, output: output) }
      #expect(error?.code == .incompatibleHostSettings)
      let ending = "'virtual:loopback, Virtual' with settings for devices of \(name)"
      #expect(error?.operation.hasSuffix(ending) == true)
    }
  }

  /// As `pa_mac_core.h` defines them.
  @Test func coreAudioSettingsHavePortAudiosFlags() {
    #expect(CoreAudioSettings().flags == 0)
    #expect(CoreAudioSettings(changesDeviceParameters: true).flags == 0x01)
    #expect(CoreAudioSettings(refusesConversion: true, conversionQuality: .min).flags == 0x102)
    #expect(CoreAudioSettings(conversionQuality: .high).flags == 0x400)
  }
}
