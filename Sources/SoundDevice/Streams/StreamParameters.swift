public import PCM

/// One direction of a stream: which device, how many channels, how late.
///
/// What is nil comes from ``Defaults``, and what is nil there too from the device.
/// Corresponds to `PaStreamParameters`.
public struct StreamParameters: Sendable {
  /// The device; nil for the default one.
  public var device: Device?
  /// The number of channels; nil for all the device has.
  public var channelCount: Int?
  /// Which device channel each channel of the data is; nil for straight. Input channels are
  /// picked in this order; output channels not named stay silent.
  public var channelMap: ChannelMap?
  /// The suggested latency; nil for ``Defaults``, which say `high`.
  public var latency: Latency?

  /// Parameters; everything has a default.
  public init(
    device: Device? = nil, channelCount: Int? = nil, channelMap: ChannelMap? = nil,
    latency: Latency? = nil
  ) {
    self.device = device
    self.channelCount = channelCount
    self.channelMap = channelMap
    self.latency = latency
  }

  /// Throws if a stream in this direction could not be opened.
  ///
  /// A success is no promise: the device may be taken before the stream is opened.
  /// The ancestor's `check_input_settings` and `check_output_settings`; corresponds to
  /// `Pa_IsFormatSupported`.
  public func check(
    for direction: StreamDirection, format: SampleFormat = .float32, sampleRate: Double? = nil
  ) throws(PortAudioError) {
    let request = StreamRequest(
      input: direction == .input ? .init(parameters: self, format: format) : nil,
      output: direction == .output ? .init(parameters: self, format: format) : nil,
      options: StreamOptions(sampleRate: sampleRate), operation: "checking \(direction) settings")
    let resolved = try request.resolve()
    try Hosts.check(resolved)
  }
}

/// What concerns a stream as a whole. What is nil comes from ``Defaults``.
public struct StreamOptions: Sendable {
  /// The sampling frequency in Hz; nil for the device's own.
  public var sampleRate: Double?
  /// Frames per callback; 0 lets the host choose, and vary.
  public var blockSize: Int?
  /// Leave samples outside -1...1 unclipped. Between floating point and floating point they always
  /// are; where the device takes integers, they never are.
  public var clipOff: Bool?
  /// No dither where bits are lost. Integers recorded from floating point are never dithered.
  public var ditherOff: Bool?
  /// Call the callback rather than lose input; only for duplex callback streams with block size 0.
  /// Corresponds to `paNeverDropInput`.
  public var neverDropInput: Bool?
  /// Let the callback fill the first output buffers, not silence.
  /// Corresponds to `paPrimeOutputBuffersUsingStreamCallback`.
  public var primeOutputBuffersUsingStreamCallback: Bool?
  /// How long callbacks may be missing before the stream counts as lost, in seconds. What the host may
  /// take to answer is ``Defaults/hostPatience``.
  public var stallTime: Double?
  /// What the ring of a blocking stream holds, in frames; nil for one second, at least 16384.
  public var bufferFrameCount: Int?
  /// Output of a blocking stream waits for a whole block before it begins, and again when it ran
  /// dry: for one block more each time, its prebuffer, and after ten seconds without that for one
  /// block again.
  public var prebuffersOutput = false
  /// A blocking duplex stream keeps input only for frames that it plays: frame n of the input was
  /// captured while frame n of the output was played.
  public var alignsInput = false

  /// Options; everything has a default.
  public init(
    sampleRate: Double? = nil, blockSize: Int? = nil, clipOff: Bool? = nil,
    ditherOff: Bool? = nil, neverDropInput: Bool? = nil,
    primeOutputBuffersUsingStreamCallback: Bool? = nil, stallTime: Double? = nil,
    bufferFrameCount: Int? = nil
  ) {
    self.sampleRate = sampleRate
    self.blockSize = blockSize
    self.clipOff = clipOff
    self.ditherOff = ditherOff
    self.neverDropInput = neverDropInput
    self.primeOutputBuffersUsingStreamCallback = primeOutputBuffersUsingStreamCallback
    self.stallTime = stallTime
    self.bufferFrameCount = bufferFrameCount
  }
}
