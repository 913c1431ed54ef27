public import PCM
internal import SoundDevice
internal import SoundTool

extension DeviceRecorder {
  /// What is to be recorded, and from where.
  public struct Request {
    /// Words for the device; nil for the default.
    public var device: String?
    /// The rate of the recording; nil for the device's own.
    public var rate: Double?
    /// Channels to record; nil for the map's, or the device's, at most 2.
    public var channelCount: Int?
    /// The device channels to record, in order.
    public var map: ChannelMap?
    /// Whether the one channel of a device stands on all channels of the recording.
    public var spreadsMono: Bool
    /// The encoding of the recording, to keep its bits.
    public var encoding: SampleEncoding
    /// The gain.
    public var gain: Gain
    /// Whether TPDF dither is added where bits are lost.
    public var dither: Bool
    /// How much to record, lost frames included; nil until stopped.
    public var length: FrameTime?
    /// Whether silence takes the place of what was lost, and of pauses.
    public var fillsGaps: Bool
    /// Whether a rate the device cannot do is resampled.
    public var mayResample: Bool
    /// -L.
    public var latency: LatencyOptions
    /// -B.
    public var buffer: BufferOptions
    /// -b, --stall, --wait, --xrun.
    public var streaming: StreamingOptions

    /// A request for this.
    public init(
      device: String?, rate: Double?, channelCount: Int?, map: ChannelMap?,
      spreadsMono: Bool, encoding: SampleEncoding, gain: Gain, dither: Bool, length: FrameTime?,
      fillsGaps: Bool,
      mayResample: Bool, latency: LatencyOptions,
      buffer: BufferOptions, streaming: StreamingOptions
    ) {
      self.device = device
      self.rate = rate
      self.channelCount = channelCount
      self.map = map
      self.spreadsMono = spreadsMono
      self.encoding = encoding
      self.gain = gain
      self.dither = dither
      self.length = length
      self.fillsGaps = fillsGaps
      self.mayResample = mayResample
      self.latency = latency
      self.buffer = buffer
      self.streaming = streaming
    }
  }
}

extension DeviceRecorder.Request {
  /// Finds the device, agrees with it and opens it.
  func open(
    latency: SoundTool.Latency, blockSize: Int?, buffer: FrameTime
  ) throws(DeviceFailure) -> (PipedStream, Device) {
    let device = try Negotiation.device(device, .input)
    let most = device.maxInputChannelCount
    let wanted = spreadsMono && most == 1 ? 1 : channelCount
    let count = map?.count ?? wanted ?? min(2, most)
    let highest = map?.highest ?? count
    guard highest <= most else {
      throw DeviceFailure(.failure(device.id, "has \(channels(most)), not \(highest)"))
    }
    var parameters = StreamParameters(
      device: device, channelCount: count, channelMap: map)
    let computes = !gain.isUnity
    let hostFormat = computes ? .float32 : Negotiation.sampleFormat(for: encoding)
    let format = try Negotiation.hostFormat(for: hostFormat, device)
    let rate = try Negotiation.rate(
      rate, device, .input, parameters, format, mayResample: mayResample)
    parameters.latency = latency.library(at: rate)
    let options = StreamOptions(
      sampleRate: rate, blockSize: blockSize, clipOff: true, ditherOff: true,
      bufferFrameCount: Negotiation.bufferFrameCount(
        buffer, rate: rate, bytesPerFrame: format.byteCount * count))
    do {
      return (try PipedStream(input: (parameters, format), output: nil, options: options), device)
    } catch {
      throw DeviceFailure(error)
    }
  }
}
