public import PCM

extension Sound {
  /// Plays sound from memory and returns at once, unless `blocking`.
  ///
  /// Earlier playbacks continue. float64 is converted to float32 first, since no device supports it.
  /// Throws the errors of opening a stream. The ancestor's `play()`.
  ///
  /// - Parameters:
  ///   - data: Frames × channels.
  ///   - sampleRate: In Hz; nil for the data's, then that of ``Defaults``, then the device's own.
  ///   - mapping: The device channel, from 1, for each channel of the data, without repeats; any
  ///     number of channels if the data is mono. Other channels stay silent.
  ///   - device: A ``Device``, or words that name one; nil for ``Defaults``, then PortAudio's default.
  ///   - latency: nil for ``Defaults``, then high.
  ///   - loop: Starts again at the end, until stopped.
  ///   - blocking: Waits until everything has been played; a lost device then throws `hostLost`.
  ///   - options: Block size, clipping, dither and other settings of the stream.
  /// - Returns: A handle, which you need not keep.
  @available(*, noasync)
  @discardableResult
  public static func play<S: Sample>(
    _ data: SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
    device: (any DeviceChoice)? = nil, latency: Latency? = nil, loop: Bool = false,
    blocking: Bool = false,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) -> Playback {
    if S.format == .float64 {
      return try play(
        data.converted(to: Float.self), sampleRate: sampleRate, mapping: mapping, device: device,
        latency: latency, loop: loop, blocking: blocking, options: options)
    }
    try PortAudioError.checkFrames(data, "playing")
    let request = StreamRequest(
      output: .init(
        parameters: StreamParameters(
          device: device, channelCount: data.channelCount, channelMap: mapping, latency: latency),
        format: S.format),
      options: options.at(sampleRate, or: data.sampleRate), operation: "playing")
    let playback = Playback(
      try Performance.begin(request) { _ in
        BufferProcessor(playing: data, into: nil, loops: loop)
      })
    if blocking { try playback.wait() }
    return playback
  }
}

extension StreamOptions {
  /// The same options at this rate, if there is one, or at `fallback` if the options have none.
  func at(_ sampleRate: Double?, or fallback: Double? = nil) -> StreamOptions {
    var options = self
    options.sampleRate = sampleRate ?? options.sampleRate ?? fallback
    return options
  }
}
