internal import PCM

/// A caller's request for a stream, before defaults and devices are applied.
struct StreamRequest: Sendable {
  struct Direction: Sendable {
    var parameters: StreamParameters
    var format: SampleFormat
  }

  var input: Direction?
  var output: Direction?
  var options = StreamOptions()
  var operation: String
  /// The minimum capacity of a blocking stream's rings.
  var leastBufferFrameCount = 16384
}

/// A fully decided stream: the request to the host, and the conversion between its frames and the
/// caller's.
struct ResolvedStream: Sendable {
  var host: HostThread
  var configuration: HostConfiguration
  var input: StreamSide?
  var output: StreamSide?
  var inputDevice: Device?
  var outputDevice: Device?
  var stallTime: Double
  var bufferFrameCount: Int
}

extension StreamRequest {
  /// Fills in omitted values: from `Defaults`, then from the device. Opens nothing.
  func resolve() throws(PortAudioError) -> ResolvedStream {
    let defaults = Defaults.current
    let inputDevice = try input.map { request throws(PortAudioError) in
      try device(request, .input, defaults)
    }
    let outputDevice = try output.map { request throws(PortAudioError) in
      try device(request, .output, defaults)
    }
    guard let host = (inputDevice ?? outputDevice)?.host else {
      throw PortAudioError(.invalidDevice, operation)
    }
    guard inputDevice == nil || outputDevice == nil || inputDevice?.host == outputDevice?.host
    else { throw PortAudioError(.badIODeviceCombination, operation) }

    let rate = try rate(inputDevice, outputDevice, defaults)
    let inputSide = try side(input, inputDevice, .input, defaults)
    let outputSide = try side(output, outputDevice, .output, defaults)
    let configuration = HostConfiguration(
      input: try direction(inputSide, inputDevice, input, .input, defaults),
      output: try direction(outputSide, outputDevice, output, .output, defaults),
      sampleRate: rate, blockSize: options.blockSize ?? defaults.blockSize,
      neverDropInput: options.neverDropInput ?? defaults.neverDropInput,
      primeOutput: options.primeOutputBuffersUsingStreamCallback
        ?? defaults.primeOutputBuffersUsingStreamCallback,
      operation: describe(inputDevice, outputDevice))
    try check(configuration)
    return ResolvedStream(
      host: host, configuration: configuration, input: inputSide, output: outputSide,
      inputDevice: inputDevice, outputDevice: outputDevice,
      stallTime: (options.stallTime ?? defaults.stallTime).inSeconds,
      bufferFrameCount: max(
        leastBufferFrameCount, options.bufferFrameCount ?? min(Int(rate), Self.maxDefaultBuffer)))
  }

  /// The maximum default capacity of a ring, in frames.
  private static let maxDefaultBuffer = 1 << 20
  private static let mostBlockFrameCount = 1 << 20
  private static let longestLatency = 3600.0

  /// Refuses numbers with which a host might do anything.
  private func check(_ configuration: HostConfiguration) throws(PortAudioError) {
    func refuse(_ code: PortAudioError.Code) -> PortAudioError {
      PortAudioError(code, configuration.operation)
    }
    guard configuration.blockSize >= 0 else { throw refuse(.invalidFlag) }
    guard configuration.blockSize <= Self.mostBlockFrameCount else { throw refuse(.bufferTooBig) }
    for direction in [configuration.input, configuration.output].compactMap({ $0 }) {
      guard direction.latency >= 0 else { throw refuse(.bufferTooSmall) }
      guard direction.latency <= Self.longestLatency else { throw refuse(.bufferTooBig) }
    }
  }

  private func device(_ request: Direction, _ direction: StreamDirection, _ defaults: Defaults)
    throws(PortAudioError) -> Device
  {
    guard let choice = request.parameters.device ?? defaults.direction(direction).device else {
      guard let device = try? Hosts.deviceList().defaultDevice(for: direction) else {
        throw PortAudioError(.invalidDevice, "\(operation) on the default \(direction) device")
      }
      return device
    }
    let wanted: Device
    do throws(PortAudioError) { wanted = try choice.device(for: direction) } catch {
      guard let complaint = error.deviceError else { throw error }
      throw PortAudioError(complaint, operation)
    }
    guard wanted.generation != wanted.host.generation else { return wanted }
    // The list was refreshed meanwhile: the same id must still name one device.
    guard let found = try Hosts.deviceList().devices.first(where: { $0.id == wanted.id }) else {
      throw PortAudioError(.deviceUnavailable, "\(operation) on '\(wanted.id)'")
    }
    return found
  }

  private func rate(_ input: Device?, _ output: Device?, _ defaults: Defaults)
    throws(PortAudioError) -> Double
  {
    if let rate = options.sampleRate ?? defaults.sampleRate {
      guard Reported.sampleRate(rate) != nil else {
        throw PortAudioError(.invalidSampleRate, describe(input, output))
      }
      return rate
    }
    let rates = Set([input, output].compactMap { $0?.defaultSampleRate })
    guard let rate = rates.first, rates.count == 1 else {
      throw PortAudioError(.invalidSampleRate, describe(input, output))
    }
    return rate
  }

  private func side(
    _ request: Direction?, _ device: Device?, _ direction: StreamDirection, _ defaults: Defaults
  ) throws(PortAudioError) -> StreamSide? {
    guard let request, let device else { return nil }
    let most = device.maxChannelCount(for: direction)
    let operation = direction == .input ? describe(device, nil) : describe(nil, device)
    let map = request.parameters.channelMap
    let count =
      request.parameters.channelCount ?? map?.count
      ?? defaults.direction(direction).channelCount ?? most
    guard count >= 1 else { throw PortAudioError(.invalidChannelCount, operation) }
    var hostChannelCount = count
    if let map {
      let fits = count == map.count || (direction == .output && count == 1)
      guard fits, map.isDistinct, map.highest <= most else {
        throw PortAudioError(.invalidChannelCount, operation)
      }
      // Some hosts play a one-channel stream on two channels; a second, silent channel prevents
      // that.
      hostChannelCount = max(map.highest, direction == .output ? min(2, most) : 1)
    }
    guard hostChannelCount <= most else { throw PortAudioError(.invalidChannelCount, operation) }
    let hostFormat = try hostFormat(for: request.format, device)
    let needsMap = map.map { !($0.isStraight && count == hostChannelCount) } ?? false
    return StreamSide(
      hostFormat: hostFormat, hostChannelCount: hostChannelCount, format: request.format,
      channelCount: count, map: needsMap ? map : nil,
      converter: converter(request.format, hostFormat, direction, defaults))
  }

  /// The conversion between the caller's and the host's samples, nil if they are the same.
  private func converter(
    _ format: SampleFormat, _ hostFormat: SampleFormat, _ direction: StreamDirection,
    _ defaults: Defaults
  ) -> SampleConverter? {
    // Between floating point formats nothing needs clipping; integers always do.
    let clips = (options.clips ?? defaults.clips) && !(format.isFloat && hostFormat.isFloat)
    // Samples that fit float32 probably were integers originally; dither would only change them.
    let isExact = direction == .input && hostFormat.isFloat
    let dithers = (options.dithers ?? defaults.dithers) && !isExact
    let converter =
      direction == .input
      ? SampleConverter(
        from: SampleEncoding(hostFormat), to: SampleEncoding(format), dither: dithers)
      : SampleConverter(
        from: SampleEncoding(format), to: SampleEncoding(hostFormat), dither: dithers, clip: clips)
    return converter.isCopy ? nil : converter
  }

  private func hostFormat(for format: SampleFormat, _ device: Device) throws(PortAudioError)
    -> SampleFormat
  {
    let index = device.indexInHost
    return try device.host.call(operation) { host throws(PortAudioError) in
      host.format(for: format, device: index)
    }
  }

  private func direction(
    _ side: StreamSide?, _ device: Device?, _ request: Direction?,
    _ direction: StreamDirection, _ defaults: Defaults
  ) throws(PortAudioError) -> HostConfiguration.Direction? {
    guard let side, let device, let request else { return nil }
    let settings =
      request.parameters.hostSettings ?? defaults.direction(direction).hostSettings
    if let settings, !settings.isSupported || settings.hostAPIName != device.hostAPIName {
      throw PortAudioError(
        .incompatibleHostSettings,
        "\(describe(device, nil)) with settings for devices of \(settings.hostAPIName)")
    }
    let latency =
      request.parameters.latency ?? defaults.direction(direction).latency ?? .high
    return HostConfiguration.Direction(
      deviceIndex: device.indexInHost, channelCount: side.hostChannelCount,
      format: side.hostFormat, latency: device.latency(latency, for: direction),
      settings: settings)
  }

  private func describe(_ input: Device?, _ output: Device?) -> String {
    switch (input, output) {
    case (let device?, nil), (nil, let device?): "\(operation) on '\(device.id)'"
    case (let input?, let output?) where input.id != output.id:
      "\(operation) on '\(input.id)' and '\(output.id)'"
    case (let device?, _): "\(operation) on '\(device.id)'"
    case (nil, nil): operation
    }
  }
}
