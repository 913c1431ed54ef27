internal import PCM
internal import Synchronization

/// Devices without hardware: `virtual:null` discards output and captures silence;
/// `virtual:loopback` returns output as input after a fixed number of frames, bit for bit.
///
/// They are paced by the clock like a sound card, with faults on request, so that tests can
/// reproduce a device's losses, stalls and death exactly.
final class VirtualHost: Host, @unchecked Sendable {
  // Safe to share: only the host's thread uses the variables.
  static let apiName = "Virtual"
  static let names = ["virtual:null", "virtual:loopback"]
  private static let loopbackIndex = 1

  private let configuration: VirtualConfiguration
  /// The timeline that all loopback streams of this host share while any is open.
  private(set) var loopback: VirtualEngine?
  private var loopbackStreamCount = 0

  init(configuration: VirtualConfiguration) { self.configuration = configuration }

  private var defaultSampleRate: Double { configuration.sampleRate ?? 48_000 }

  func listing() throws(PortAudioError) -> HostListing {
    let latency = Double(configuration.latency) / defaultSampleRate
    let devices = Self.names.enumerated().map { index, name in
      HostListing.Entry(
        index: index, name: name, apiIndex: 0, maxInputChannelCount: configuration.channelCount,
        maxOutputChannelCount: configuration.channelCount, defaultLowInputLatency: 0,
        defaultLowOutputLatency: latency, defaultHighInputLatency: 0,
        defaultHighOutputLatency: latency, defaultSampleRate: defaultSampleRate)
    }
    return HostListing(
      apis: [.init(name: Self.apiName, deviceIndexes: [0, 1], defaultInput: 0, defaultOutput: 0)],
      devices: devices)
  }

  func restart() throws(PortAudioError) {}

  func shutDown() {}

  func format(for format: SampleFormat, device index: Int) -> SampleFormat { .float32 }

  func check(_ configuration: HostConfiguration) throws(PortAudioError) {
    let operation = configuration.operation
    for direction in [configuration.input, configuration.output].compactMap({ $0 }) {
      guard Self.names.indices.contains(direction.deviceIndex) else {
        throw PortAudioError(.invalidDevice, operation)
      }
      guard (1...self.configuration.channelCount).contains(direction.channelCount) else {
        throw PortAudioError(.invalidChannelCount, operation)
      }
    }
    if let input = configuration.input, let output = configuration.output,
      input.deviceIndex != output.deviceIndex
    {
      throw PortAudioError(.badIODeviceCombination, operation)
    }
    let rate = configuration.sampleRate
    let accepted = self.configuration.sampleRate.map { rate == $0 } ?? (1...768_000 ~= rate)
    let runs = sharesClock(configuration) ? loopback?.sampleRate : nil
    guard accepted, runs == nil || runs == rate else {
      throw PortAudioError(.invalidSampleRate, operation)
    }
    if configuration.neverDropInput,
      configuration.input == nil || configuration.output == nil || configuration.blockSize != 0
    {
      throw PortAudioError(.invalidFlag, operation)
    }
  }

  /// Whether a stream shares an engine with others: on the loopback, with a drifting clock, to
  /// compare clocks, and with a manual one, of which there is only one.
  private func sharesClock(_ configuration: HostConfiguration) -> Bool {
    index(of: configuration) == Self.loopbackIndex || self.configuration.drift != 0
      || self.configuration.pace == .manual
  }

  private func index(of configuration: HostConfiguration) -> Int? {
    (configuration.output ?? configuration.input)?.deviceIndex
  }

  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  {
    try check(configuration)
    let loops = index(of: configuration) == Self.loopbackIndex
    let operation = configuration.operation
    var files: (input: VirtualInputFile?, output: VirtualOutputFile?)
    if !loops, configuration.input != nil, let path = self.configuration.inputPath {
      files.input = try VirtualInputFile(path, operation: operation)
    }
    if !loops, configuration.output != nil, let path = self.configuration.outputPath {
      files.output = try VirtualOutputFile(path, operation: operation)
    }
    let shares = sharesClock(configuration)
    let shared = shares ? loopback : nil
    let engine = shared ?? makeEngine(configuration.sampleRate, loops: shares)
    if shares {
      loopback = engine
      loopbackStreamCount += 1
    }
    return VirtualStream(
      engine: engine, configuration: configuration, trampoline: trampoline,
      onClose: { [weak self] in if shares { self?.leaveLoopback() } },
      blockSize: configuration.blockSize > 0
        ? configuration.blockSize : self.configuration.blockSize,
      varies: configuration.blockSize == 0,
      // A requested block size overrides random ones.
      blockSeed: configuration.blockSize == 0 ? self.configuration.blockSeed : nil,
      faults: self.configuration.faults, sins: self.configuration.sins,
      clock: StreamClock(
        drift: loops ? 0 : self.configuration.drift, jitter: self.configuration.jitter),
      loops: loops, files: files)
  }

  private func leaveLoopback() {
    loopbackStreamCount -= 1
    if loopbackStreamCount == 0 { loopback = nil }
  }

  private func makeEngine(_ sampleRate: Double, loops: Bool) -> VirtualEngine {
    VirtualEngine(
      sampleRate: sampleRate, channelCount: configuration.channelCount,
      latency: configuration.latency, loops: loops, pace: configuration.pace)
  }
}
