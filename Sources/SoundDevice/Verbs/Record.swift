public import PCM

extension Sound {
  /// Records `frameCount` frames and returns at once, unless `blocking`.
  ///
  /// float64 is recorded as float32 and converted afterwards, since no device supports it. Throws the
  /// errors of opening a stream. The ancestor's `rec()`.
  ///
  /// - Parameters:
  ///   - frameCount: The number of frames to record.
  ///   - type: The sample type; ``Defaults`` do not change it.
  ///   - sampleRate: In Hz; nil for ``Defaults``, then the device's own.
  ///   - channelCount: nil for ``Defaults``, then all channels of the device. Ignored with a mapping.
  ///   - mapping: The device channels to record, from 1, in this order, without repeats.
  ///   - device: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: nil for ``Defaults``, then high.
  ///   - blocking: Waits until everything has been recorded; a lost device then throws `hostLost`.
  ///   - options: Block size, dither and other settings of the stream.
  /// - Returns: A handle whose ``Recording/wait(timeout:)-6g8ko`` returns the frames.
  @available(*, noasync)
  public static func record<S: Sample>(
    frameCount: Int, of type: S.Type = Float.self, sampleRate: Double? = nil,
    channelCount: Int? = nil, mapping: ChannelMap? = nil, device: (any DeviceChoice)? = nil,
    latency: Latency? = nil, blocking: Bool = false, options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Recording<S> {
    try begin(
      frameCount: frameCount,
      StreamParameters(
        device: device, channelCount: mapping == nil ? channelCount : nil, channelMap: mapping,
        latency: latency),
      over: nil, options.at(sampleRate), blocking: blocking)
  }

  /// Records into the caller's buffer until it is full, and returns at once, unless `blocking`.
  ///
  /// The buffer determines the number of frames, the channels and the sample type, and the rate unless
  /// the parameters do;
  /// ``Recording/wait(timeout:)-6g8ko`` returns it. The ancestor's `rec(out=…)`.
  ///
  /// - Parameters:
  ///   - buffer: The buffer to overwrite.
  ///   - sampleRate: In Hz; nil for ``Defaults``, then the device's own.
  ///   - mapping: The device channels to record, from 1, in this order, as many as the buffer has.
  ///   - device: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: nil for ``Defaults``, then high.
  ///   - blocking: Waits until everything has been recorded; a lost device then throws `hostLost`.
  ///   - options: Block size, dither and other settings of the stream.
  @available(*, noasync)
  public static func record<S: Sample>(
    into buffer: consuming SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
    device: (any DeviceChoice)? = nil, latency: Latency? = nil, blocking: Bool = false,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Recording<S> {
    let parameters = StreamParameters(
      device: device, channelCount: buffer.channelCount, channelMap: mapping, latency: latency)
    return try begin(
      frameCount: buffer.frameCount, parameters, over: buffer,
      options.at(sampleRate, or: buffer.sampleRate),
      blocking: blocking)
  }

  private static func begin<S: Sample>(
    frameCount: Int, _ parameters: StreamParameters, over background: SampleBuffer<S>?,
    _ options: StreamOptions, blocking: Bool
  ) throws(PortAudioError) -> Recording<S> {
    try Recording.begin(
      StreamRequest(
        input: .init(parameters: parameters, format: S.streamFormat), options: options,
        operation: "recording"), frameCount: frameCount, playing: SampleBuffer<Float>?.none,
      over: background, blocking: blocking)
  }
}

extension Recording {
  /// Opens and starts a stream that records, while it plays `data` if there is any.
  static func begin<T: Sample>(
    _ request: StreamRequest, frameCount: Int, playing data: SampleBuffer<T>?,
    over background: SampleBuffer<S>?, blocking: Bool
  ) throws(PortAudioError) -> Recording<S> {
    if let data { try PortAudioError.checkFrames(data, request.operation) }
    var made: (store: FrameStore, channelCount: Int)?
    let performance = try Performance.begin(request) { resolved throws(PortAudioError) in
      let side = resolved.input
      // The store, and the buffer that is returned.
      try PortAudioError.checkMemory(
        frameCount, bytesPerFrame: 2 * (side?.bytesPerFrame ?? 1), request.operation)
      let store = FrameStore(capacity: frameCount, bytesPerFrame: side?.bytesPerFrame ?? 1)
      made = (store, side?.channelCount ?? 1)
      return BufferProcessor(playing: data, into: store)
    }
    guard let (store, channelCount) = made else {
      throw PortAudioError(.badStream, request.operation)
    }
    let recording = Recording(performance, store, channelCount: channelCount, over: background)
    if blocking { try recording.wait() }
    return recording
  }
}

extension Sample {
  /// The stream's format for this sample type: no device supports float64.
  static var streamFormat: SampleFormat { format == .float64 ? .float32 : format }
}
