public import PCM

extension Sound {
  /// Plays and records at the same time, as many frames as the data has, and returns at once, unless
  /// `blocking`.
  ///
  /// Frame n is recorded while frame n is handed over for playing, on one stream; the round trip is
  /// not compensated. The input has the data's sample type. Throws the errors of opening a stream.
  /// The ancestor's `playrec()`.
  ///
  /// - Parameters:
  ///   - data: Frames × channels.
  ///   - sampleRate: In Hz; nil for the data's, then that of ``Defaults``, then the devices' own.
  ///   - inputChannelCount: nil for ``Defaults``, then all channels of the device. Ignored with a
  ///     mapping.
  ///   - inputMapping: The device channels to record, from 1, in this order, without repeats.
  ///   - outputMapping: The device channel, from 1, for each channel of the data, as for `play`.
  ///   - inputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - outputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: Of both directions; nil for ``Defaults``, then high.
  ///   - blocking: Waits until everything has been played and recorded.
  ///   - options: Block size, clipping, dither and other settings of the stream.
  /// - Returns: A handle whose ``Recording/wait(timeout:)-6g8ko`` returns the frames.
  @available(*, noasync)
  public static func playAndRecord<S: Sample>(
    _ data: SampleBuffer<S>, sampleRate: Double? = nil, inputChannelCount: Int? = nil,
    inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
    inputDevice: (any DeviceChoice)? = nil,
    outputDevice: (any DeviceChoice)? = nil, latency: Latency? = nil, blocking: Bool = false,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Recording<S> {
    try playAndRecord(
      data, recording: S.self, sampleRate: sampleRate, inputChannelCount: inputChannelCount,
      inputMapping: inputMapping, outputMapping: outputMapping, inputDevice: inputDevice,
      outputDevice: outputDevice, latency: latency, blocking: blocking, options: options)
  }

  /// Plays and records at the same time, with a different sample type for the input.
  ///
  /// - Parameters:
  ///   - data: Frames × channels.
  ///   - type: The sample type of the recording.
  ///   - sampleRate: In Hz; nil for the data's, then that of ``Defaults``, then the devices' own.
  ///   - inputChannelCount: nil for ``Defaults``, then all channels of the device. Ignored with a
  ///     mapping.
  ///   - inputMapping: The device channels to record, from 1, in this order, without repeats.
  ///   - outputMapping: The device channel, from 1, for each channel of the data, as for `play`.
  ///   - inputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - outputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: Of both directions; nil for ``Defaults``, then high.
  ///   - blocking: Waits until everything has been played and recorded.
  ///   - options: Block size, clipping, dither and other settings of the stream.
  @available(*, noasync)
  public static func playAndRecord<S: Sample, T: Sample>(
    _ data: SampleBuffer<S>, recording type: T.Type, sampleRate: Double? = nil,
    inputChannelCount: Int? = nil, inputMapping: ChannelMap? = nil,
    outputMapping: ChannelMap? = nil, inputDevice: (any DeviceChoice)? = nil,
    outputDevice: (any DeviceChoice)? = nil,
    latency: Latency? = nil, blocking: Bool = false, options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Recording<T> {
    try begin(
      data,
      input: StreamParameters(
        device: inputDevice, channelCount: inputMapping == nil ? inputChannelCount : nil,
        channelMap: inputMapping, latency: latency),
      output: StreamParameters(device: outputDevice, channelMap: outputMapping, latency: latency),
      over: nil, options.at(sampleRate, or: data.sampleRate), blocking: blocking)
  }

  /// Plays and records at the same time, into the caller's buffer.
  ///
  /// The buffer determines the input channels and sample type; it must have as many frames as the
  /// data. ``Recording/wait(timeout:)-6g8ko`` returns it. The ancestor's `playrec(out=…)`.
  ///
  /// - Parameters:
  ///   - data: Frames × channels.
  ///   - buffer: The buffer to overwrite.
  ///   - sampleRate: In Hz; nil for the data's, then that of ``Defaults``, then the devices' own.
  ///   - inputMapping: The device channels to record, from 1, in this order, as many as the buffer
  ///     has.
  ///   - outputMapping: The device channel, from 1, for each channel of the data, as for `play`.
  ///   - inputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - outputDevice: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: Of both directions; nil for ``Defaults``, then high.
  ///   - blocking: Waits until everything has been played and recorded.
  ///   - options: Block size, clipping, dither and other settings of the stream.
  /// - Throws: `bufferTooSmall` or `bufferTooBig` if the lengths differ, and the errors of opening a
  ///   stream.
  @available(*, noasync)
  public static func playAndRecord<S: Sample, T: Sample>(
    _ data: SampleBuffer<S>, into buffer: consuming SampleBuffer<T>, sampleRate: Double? = nil,
    inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
    inputDevice: (any DeviceChoice)? = nil,
    outputDevice: (any DeviceChoice)? = nil, latency: Latency? = nil, blocking: Bool = false,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Recording<T> {
    guard buffer.frameCount == data.frameCount else {
      throw PortAudioError(
        buffer.frameCount < data.frameCount ? .bufferTooSmall : .bufferTooBig, duplex)
    }
    let input = StreamParameters(
      device: inputDevice, channelCount: buffer.channelCount, channelMap: inputMapping,
      latency: latency)
    return try begin(
      data, input: input,
      output: StreamParameters(device: outputDevice, channelMap: outputMapping, latency: latency),
      over: buffer, options.at(sampleRate, or: data.sampleRate ?? buffer.sampleRate),
      blocking: blocking)
  }

  private static let duplex = "playing and recording"

  private static func begin<S: Sample, T: Sample>(
    _ data: SampleBuffer<S>, input: StreamParameters, output: StreamParameters,
    over background: SampleBuffer<T>?, _ options: StreamOptions, blocking: Bool
  ) throws(PortAudioError) -> Recording<T> {
    if S.format == .float64 {
      return try begin(
        data.converted(to: Float.self), input: input, output: output, over: background, options,
        blocking: blocking)
    }
    var output = output
    output.channelCount = data.channelCount
    return try Recording.begin(
      StreamRequest(
        input: .init(parameters: input, format: T.streamFormat),
        output: .init(parameters: output, format: S.format), options: options,
        operation: duplex), frameCount: data.frameCount, playing: data, over: background,
      blocking: blocking)
  }
}
