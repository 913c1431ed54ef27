public import PCM

/// The device, channels and latency of one direction of a stream.
///
/// ``Defaults`` supply values that are nil; the device supplies those that are nil there too.
/// Corresponds to `PaStreamParameters`.
public struct StreamParameters: Sendable {
  /// The device, or words that name one, such as `"usb, alsa"`; nil for the default one. Words are
  /// looked up when the stream is opened.
  public var device: (any DeviceChoice)?
  /// The number of channels; nil for all channels of the device.
  public var channelCount: Int?
  /// The device channel for each channel of the data; nil for straight. Input channels are read in
  /// this order; unmapped output channels stay silent.
  public var channelMap: ChannelMap?
  /// The suggested latency; nil for ``Defaults``, whose factory value is `high`.
  public var latency: Latency?
  /// Settings of the device's host API; nil for those of ``Defaults``.
  public var hostSettings: HostSettings?

  /// Creates parameters; everything has a default.
  public init(
    device: (any DeviceChoice)? = nil, channelCount: Int? = nil, channelMap: ChannelMap? = nil,
    latency: Latency? = nil, hostSettings: HostSettings? = nil
  ) {
    self.device = device
    self.channelCount = channelCount
    self.channelMap = channelMap
    self.latency = latency
    self.hostSettings = hostSettings
  }

  /// Throws if a stream in this direction cannot be opened.
  ///
  /// Success is no guarantee: another program may take the device before the stream is opened. The
  /// ancestor's `check_input_settings` and `check_output_settings`; corresponds to
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

/// Settings of a stream as a whole. ``Defaults`` supply values that are nil.
public struct StreamOptions: Sendable {
  /// The sampling frequency in Hz; nil for the device's own.
  public var sampleRate: Double?
  /// Frames per callback; 0 lets the host choose, and vary it.
  public var blockSize: Int?
  /// Clips samples to -1...1. Conversion between floating point formats never clips; conversion to
  /// integers always does. The opposite of `paClipOff`.
  public var clips: Bool?
  /// Adds dither when bits are lost. Integers recorded from floating point are never dithered. The
  /// opposite of `paDitherOff`.
  public var dithers: Bool?
  /// Calls the callback rather than lose input; only for duplex callback streams with block size 0.
  /// Corresponds to `paNeverDropInput`.
  public var neverDropInput: Bool?
  /// Lets the callback fill the first output buffers, instead of silence. Corresponds to
  /// `paPrimeOutputBuffersUsingStreamCallback`.
  public var primeOutputBuffersUsingStreamCallback: Bool?
  /// The time without a callback after which the stream counts as lost. ``Defaults/hostPatience``
  /// limits how long the host may take to answer.
  public var stallTime: Duration?
  /// The ring's capacity in a blocking stream, in frames; nil for one second, at least 16384.
  public var bufferFrameCount: Int?
  /// Makes output of a blocking stream wait for a whole block plus a prebuffer before it starts or
  /// restarts. Each underflow adds one block to the prebuffer; after ten seconds without one it
  /// starts from one block again. On a sound server, whose first callbacks ask for the whole
  /// latency at once, the prebuffer is never less than the latency.
  public var prebuffersOutput = false
  /// Makes a blocking duplex stream keep input only for frames that it plays: frame n of the input
  /// was captured while frame n of the output was played.
  public var alignsInput = false

  /// Creates options; everything has a default.
  public init(
    sampleRate: Double? = nil, blockSize: Int? = nil, clips: Bool? = nil,
    dithers: Bool? = nil, neverDropInput: Bool? = nil,
    primeOutputBuffersUsingStreamCallback: Bool? = nil, stallTime: Duration? = nil,
    bufferFrameCount: Int? = nil
  ) {
    self.sampleRate = sampleRate
    self.blockSize = blockSize
    self.clips = clips
    self.dithers = dithers
    self.neverDropInput = neverDropInput
    self.primeOutputBuffersUsingStreamCallback = primeOutputBuffersUsingStreamCallback
    self.stallTime = stallTime
    self.bufferFrameCount = bufferFrameCount
  }
}
