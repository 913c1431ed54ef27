public import PCM
internal import SoundDevice
internal import SoundTool

/// A stream in both directions at once, as sd-playrec and sd-wire ask for it.
public struct DuplexRequest {
  /// Words for the devices; nil for the defaults.
  public var devices: DuplexDeviceOptions
  /// The rate; nil for the devices' own.
  public var rate: Double?
  /// Channels in each direction; nil for the map's, or the device's, at most 2.
  public var channelCounts: (input: Int?, output: Int?)
  /// Device channels in each direction.
  public var maps: (input: ChannelMap?, output: ChannelMap?)
  /// The encoding in each direction, to keep its bits.
  public var encodings: (input: SampleEncoding, output: SampleEncoding)
  /// -L.
  public var latency: DuplexLatencyOptions
  /// -B; nothing where there is no ring.
  public var buffer: BufferOptions?
  /// -b, --stall, --wait, --xrun.
  public var streaming: StreamingOptions

  /// A request for this.
  public init(
    devices: DuplexDeviceOptions, rate: Double?, channelCounts: (input: Int?, output: Int?),
    maps: (input: ChannelMap?, output: ChannelMap?),
    encodings: (input: SampleEncoding, output: SampleEncoding), latency: DuplexLatencyOptions,
    buffer: BufferOptions? = nil, streaming: StreamingOptions
  ) {
    self.devices = devices
    self.rate = rate
    self.channelCounts = channelCounts
    self.maps = maps
    self.encodings = encodings
    self.latency = latency
    self.buffer = buffer
    self.streaming = streaming
  }
}

/// What became of a request: devices found, everything decided.
struct DuplexAgreement {
  var input: (parameters: StreamParameters, format: SampleFormat)
  var output: (parameters: StreamParameters, format: SampleFormat)
  var inputDevice: Device
  var outputDevice: Device
  var options: StreamOptions

  /// Finds the devices and agrees with them, without opening them.
  init(_ request: DuplexRequest) throws(DeviceFailure) {
    inputDevice = try Negotiation.device(request.devices.inputQuery, .input)
    outputDevice = try Negotiation.device(request.devices.outputQuery, .output)
    input = try Self.direction(.input, inputDevice, request)
    output = try Self.direction(.output, outputDevice, request)
    let rate = request.rate ?? outputDevice.defaultSampleRate
    do {
      let latencies = try request.latency.latencies()
      input.parameters.latency = latencies.input.library(at: rate)
      output.parameters.latency = latencies.output.library(at: rate)
      let buffer = try request.buffer?.bufferOrEnvironment() ?? .seconds(1)
      let widest = max(Self.bytesPerFrame(input), Self.bytesPerFrame(output))
      options = StreamOptions(
        sampleRate: rate, blockSize: try request.streaming.blockSizeOrEnvironment(),
        clipOff: true, ditherOff: true,
        bufferFrameCount: Negotiation.bufferFrameCount(
          buffer, rate: rate, bytesPerFrame: widest))
    } catch {
      throw DeviceFailure(error)
    }
    for (device, direction, side) in [
      (inputDevice, StreamDirection.input, input), (outputDevice, .output, output),
    ] {
      _ = try Negotiation.rate(
        rate, device, direction, side.parameters, side.format, mayResample: false)
    }
  }

  /// Opens one stream on which input is kept only for frames that are played.
  func open() throws(DeviceFailure) -> PipedStream {
    do throws(PortAudioError) {
      return try PipedStream(input: input, output: output, options: options, isAligned: true)
    } catch {
      throw DeviceFailure(error)
    }
  }

  private static func bytesPerFrame(
    _ side: (parameters: StreamParameters, format: SampleFormat)
  ) -> Int {
    side.format.byteCount * (side.parameters.channelCount ?? 1)
  }

  private static func direction(
    _ direction: StreamDirection, _ device: Device, _ request: DuplexRequest
  ) throws(DeviceFailure) -> (parameters: StreamParameters, format: SampleFormat) {
    let isInput = direction == .input
    let map = isInput ? request.maps.input : request.maps.output
    let most = device.maxChannelCount(for: direction)
    let count =
      (isInput ? request.channelCounts.input : request.channelCounts.output) ?? map?.count
      ?? min(2, most)
    guard max(count, map?.highest ?? 0) <= most else {
      throw DeviceFailure(
        .failure(
          device.id, "has \(channels(most)) of \(direction), not \(max(count, map?.highest ?? 0))"))
    }
    let encoding = isInput ? request.encodings.input : request.encodings.output
    let format = try Negotiation.hostFormat(for: Negotiation.sampleFormat(for: encoding), device)
    return (StreamParameters(device: device, channelCount: count, channelMap: map), format)
  }
}
