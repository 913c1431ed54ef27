public import PCM

extension Sound {
  /// Plays sound from memory, as the blocking function does, without blocking a thread of the pool.
  ///
  /// Returns as soon as the sound has started; `try await Sound.play(data).wait()` waits for its
  /// end.
  @discardableResult
  public static func play<S: Sample>(
    _ data: SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
    device: (any DeviceChoice)? = nil, latency: Latency? = nil, loop: Bool = false,
    options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Playback {
    try await started { () throws(PortAudioError) in
      try play(
        data, sampleRate: sampleRate, mapping: mapping, device: device, latency: latency,
        loop: loop,
        options: options)
    }
  }

  /// Records `frameCount` frames, as the blocking function does, without blocking a thread of the
  /// pool.
  ///
  /// Returns as soon as the recording has started.
  public static func record<S: Sample>(
    frameCount: Int, of type: S.Type = Float.self, sampleRate: Double? = nil,
    channelCount: Int? = nil, mapping: ChannelMap? = nil, device: (any DeviceChoice)? = nil,
    latency: Latency? = nil, options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Recording<S> {
    try await started { () throws(PortAudioError) in
      try record(
        frameCount: frameCount, of: type, sampleRate: sampleRate, channelCount: channelCount,
        mapping: mapping, device: device, latency: latency, options: options)
    }
  }

  /// Records into the caller's buffer, as the blocking function does, without blocking a thread of
  /// the pool.
  public static func record<S: Sample>(
    into buffer: SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
    device: (any DeviceChoice)? = nil, latency: Latency? = nil,
    options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Recording<S> {
    try await started { () throws(PortAudioError) in
      try record(
        into: buffer, sampleRate: sampleRate, mapping: mapping, device: device, latency: latency,
        options: options)
    }
  }

  /// Plays and records at the same time, as the blocking function does, without blocking a thread
  /// of the pool.
  ///
  /// Returns as soon as the sound has started.
  public static func playAndRecord<S: Sample>(
    _ data: SampleBuffer<S>, sampleRate: Double? = nil, inputChannelCount: Int? = nil,
    inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
    inputDevice: (any DeviceChoice)? = nil, outputDevice: (any DeviceChoice)? = nil,
    latency: Latency? = nil, options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Recording<S> {
    try await playAndRecord(
      data, recording: S.self, sampleRate: sampleRate, inputChannelCount: inputChannelCount,
      inputMapping: inputMapping, outputMapping: outputMapping, inputDevice: inputDevice,
      outputDevice: outputDevice, latency: latency, options: options)
  }

  /// Plays and records with a different sample type for the input, without blocking a thread of the
  /// pool.
  public static func playAndRecord<S: Sample, T: Sample>(
    _ data: SampleBuffer<S>, recording type: T.Type, sampleRate: Double? = nil,
    inputChannelCount: Int? = nil, inputMapping: ChannelMap? = nil,
    outputMapping: ChannelMap? = nil, inputDevice: (any DeviceChoice)? = nil,
    outputDevice: (any DeviceChoice)? = nil, latency: Latency? = nil,
    options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Recording<T> {
    try await started { () throws(PortAudioError) in
      try playAndRecord(
        data, recording: type, sampleRate: sampleRate, inputChannelCount: inputChannelCount,
        inputMapping: inputMapping, outputMapping: outputMapping, inputDevice: inputDevice,
        outputDevice: outputDevice, latency: latency, options: options)
    }
  }

  /// Plays and records into the caller's buffer, without blocking a thread of the pool.
  public static func playAndRecord<S: Sample, T: Sample>(
    _ data: SampleBuffer<S>, into buffer: SampleBuffer<T>, sampleRate: Double? = nil,
    inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
    inputDevice: (any DeviceChoice)? = nil, outputDevice: (any DeviceChoice)? = nil,
    latency: Latency? = nil, options: StreamOptions = StreamOptions()
  ) async throws(PortAudioError) -> Recording<T> {
    try await started { () throws(PortAudioError) in
      try playAndRecord(
        data, into: buffer, sampleRate: sampleRate, inputMapping: inputMapping,
        outputMapping: outputMapping, inputDevice: inputDevice, outputDevice: outputDevice,
        latency: latency, options: options)
    }
  }

  /// Opens and starts something on a thread of its own: a host that is slow to answer holds up no
  /// other.
  private static func started<Handle: Sendable>(
    _ body: @escaping @Sendable () throws(PortAudioError) -> Handle
  ) async throws(PortAudioError) -> Handle {
    try await WorkerThread(named: "sd-starting", lingering: 0).result(of: body).get()
  }
}
