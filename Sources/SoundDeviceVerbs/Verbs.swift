public import PCM
public import SoundDevice

// The ancestor's functions by their own names, at the top level, for those who import this module.
// Each is `Sound`'s function, which documents it. In a task use `Sound`, whose functions have twins
// there that hold no thread.

/// Plays sound from memory: `Sound.play`.
@available(*, noasync)
@discardableResult
public func play<S: Sample>(
  _ data: SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
  device: (any DeviceChoice)? = nil, latency: Latency? = nil, loop: Bool = false,
  blocking: Bool = false, options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Playback {
  try Sound.play(
    data, sampleRate: sampleRate, mapping: mapping, device: device, latency: latency, loop: loop,
    blocking: blocking, options: options)
}

/// Records `frameCount` frames: `Sound.record`.
@available(*, noasync)
public func rec<S: Sample>(
  frameCount: Int, of type: S.Type = Float.self, sampleRate: Double? = nil,
  channelCount: Int? = nil, mapping: ChannelMap? = nil, device: (any DeviceChoice)? = nil,
  latency: Latency? = nil, blocking: Bool = false, options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Recording<S> {
  try Sound.record(
    frameCount: frameCount, of: type, sampleRate: sampleRate, channelCount: channelCount,
    mapping: mapping, device: device, latency: latency, blocking: blocking, options: options)
}

/// Records into the caller's buffer: `Sound.record(into:)`.
@available(*, noasync)
public func rec<S: Sample>(
  into buffer: consuming SampleBuffer<S>, sampleRate: Double? = nil, mapping: ChannelMap? = nil,
  device: (any DeviceChoice)? = nil, latency: Latency? = nil, blocking: Bool = false,
  options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Recording<S> {
  try Sound.record(
    into: buffer, sampleRate: sampleRate, mapping: mapping, device: device, latency: latency,
    blocking: blocking, options: options)
}

/// Plays and records at the same time: `Sound.playAndRecord`.
@available(*, noasync)
public func playrec<S: Sample>(
  _ data: SampleBuffer<S>, sampleRate: Double? = nil, inputChannelCount: Int? = nil,
  inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
  inputDevice: (any DeviceChoice)? = nil, outputDevice: (any DeviceChoice)? = nil,
  latency: Latency? = nil, blocking: Bool = false, options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Recording<S> {
  try playrec(
    data, recording: S.self, sampleRate: sampleRate, inputChannelCount: inputChannelCount,
    inputMapping: inputMapping, outputMapping: outputMapping, inputDevice: inputDevice,
    outputDevice: outputDevice, latency: latency, blocking: blocking, options: options)
}

/// Plays and records with a different sample type for the input: `Sound.playAndRecord`.
@available(*, noasync)
public func playrec<S: Sample, T: Sample>(
  _ data: SampleBuffer<S>, recording type: T.Type, sampleRate: Double? = nil,
  inputChannelCount: Int? = nil, inputMapping: ChannelMap? = nil,
  outputMapping: ChannelMap? = nil, inputDevice: (any DeviceChoice)? = nil,
  outputDevice: (any DeviceChoice)? = nil, latency: Latency? = nil, blocking: Bool = false,
  options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Recording<T> {
  try Sound.playAndRecord(
    data, recording: type, sampleRate: sampleRate, inputChannelCount: inputChannelCount,
    inputMapping: inputMapping, outputMapping: outputMapping, inputDevice: inputDevice,
    outputDevice: outputDevice, latency: latency, blocking: blocking, options: options)
}

/// Plays and records into the caller's buffer: `Sound.playAndRecord(_:into:)`.
@available(*, noasync)
public func playrec<S: Sample, T: Sample>(
  _ data: SampleBuffer<S>, into buffer: consuming SampleBuffer<T>, sampleRate: Double? = nil,
  inputMapping: ChannelMap? = nil, outputMapping: ChannelMap? = nil,
  inputDevice: (any DeviceChoice)? = nil, outputDevice: (any DeviceChoice)? = nil,
  latency: Latency? = nil, blocking: Bool = false, options: StreamOptions = StreamOptions()
) throws(PortAudioError) -> Recording<T> {
  try Sound.playAndRecord(
    data, into: buffer, sampleRate: sampleRate, inputMapping: inputMapping,
    outputMapping: outputMapping, inputDevice: inputDevice, outputDevice: outputDevice,
    latency: latency, blocking: blocking, options: options)
}

/// Waits for the latest `play`, `rec` or `playrec` to end: `Sound.wait`.
@available(*, noasync)
@discardableResult
public func wait(timeout: Duration? = nil) throws(PortAudioError) -> CallbackFlags {
  try Sound.wait(timeout: timeout)
}

/// Stops the latest `play`, `rec` or `playrec`: `Sound.stop`.
@available(*, noasync)
public func stop() throws(PortAudioError) { try Sound.stop() }

/// The overflows and underflows of the latest `play`, `rec` or `playrec`: `Sound.status`.
public func status() -> CallbackFlags { Sound.status }

/// The stream of the latest `play`, `rec` or `playrec`: `Sound.stream`.
public func stream() -> (any AudioStreaming)? { Sound.stream }

/// Puts the calling thread to sleep for at least this many milliseconds: `Sound.sleep`.
@available(*, noasync, message: "Use Task.sleep(for:).")
public func sleep(milliseconds: Int) { Sound.sleep(for: .milliseconds(milliseconds)) }

/// PortAudio's version number and text: `Sound.portAudioVersion`.
public func portAudioVersion() -> (number: Int, text: String) { Sound.portAudioVersion }
