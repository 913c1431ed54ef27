public import PCM

/// A callback on raw bytes: input and output frames, interleaved in the stream's sample formats.
///
/// Runs on the audio thread: it must not allocate, lock, print or wait. Output is preset to
/// silence. The callback may own state, which moves into it.
public typealias RawStreamCallback = (
  _ input: borrowing RawSpan, _ output: inout MutableRawSpan, _ info: CallbackInfo
) -> CallbackResult

/// A duplex stream of raw bytes, with a separate sample format in each direction.
///
/// The ancestor's `RawStream`; corresponds to `Pa_OpenStream`.
public final class RawAudioStream: OpenedStream, AudioInputStreaming, AudioOutputStreaming,
  @unchecked Sendable
{
  private static let operation = "opening stream"

  /// Opens a stream that calls `callback` for each block.
  ///
  /// - Parameters:
  ///   - input: The device, channels and latency of the input.
  ///   - output: The same for output.
  ///   - inputFormat: The sample format of the input; nil for ``Defaults``, then float32.
  ///   - outputFormat: The sample format of the output; nil for ``Defaults``, then float32.
  ///   - options: Rate, block size and other settings of both directions.
  ///   - finished: Called on a thread of the library after the last buffer has been played, or when
  ///     the device is lost.
  ///   - callback: Called on the audio thread; see <doc:CallbackRules>.
  public init(
    input: StreamParameters = StreamParameters(), output: StreamParameters = StreamParameters(),
    inputFormat: SampleFormat? = nil, outputFormat: SampleFormat? = nil,
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback: sending @escaping RawStreamCallback
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        Self.request(input, output, inputFormat, outputFormat, options), finished: finished,
        processor: { RawProcessor($0, callback) }))
  }

  /// Opens a stream for reading and writing.
  public init(
    input: StreamParameters = StreamParameters(), output: StreamParameters = StreamParameters(),
    inputFormat: SampleFormat? = nil, outputFormat: SampleFormat? = nil,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        blocking: Self.request(input, output, inputFormat, outputFormat, options)))
  }

  private static func request(
    _ input: StreamParameters, _ output: StreamParameters, _ inputFormat: SampleFormat?,
    _ outputFormat: SampleFormat?, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      input: .init(parameters: input, format: inputFormat ?? defaultFormat(.input)),
      output: .init(parameters: output, format: outputFormat ?? defaultFormat(.output)),
      options: options, operation: operation)
  }
}

/// A stream of raw bytes from a device. The ancestor's `RawInputStream`.
public final class RawAudioInputStream: OpenedStream, AudioInputStreaming, @unchecked Sendable {
  private static let operation = "opening input stream"

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ parameters: StreamParameters = StreamParameters(), format: SampleFormat? = nil,
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ input: borrowing RawSpan, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        Self.request(parameters, format, options), finished: finished,
        processor: { RawProcessor($0) { input, _, info in callback(input, info) } }))
  }

  /// Opens a stream for reading.
  public init(
    _ parameters: StreamParameters = StreamParameters(), format: SampleFormat? = nil,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(StreamSession(blocking: Self.request(parameters, format, options)))
  }

  private static func request(
    _ parameters: StreamParameters, _ format: SampleFormat?, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      input: .init(parameters: parameters, format: format ?? defaultFormat(.input)),
      options: options, operation: operation)
  }
}

/// A stream of raw bytes to a device. The ancestor's `RawOutputStream`.
public final class RawAudioOutputStream: OpenedStream, AudioOutputStreaming, @unchecked Sendable {
  private static let operation = "opening output stream"

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ parameters: StreamParameters = StreamParameters(), format: SampleFormat? = nil,
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ output: inout MutableRawSpan, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        Self.request(parameters, format, options), finished: finished,
        processor: { RawProcessor($0) { _, output, info in callback(&output, info) } }))
  }

  /// Opens a stream for writing.
  public init(
    _ parameters: StreamParameters = StreamParameters(), format: SampleFormat? = nil,
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(StreamSession(blocking: Self.request(parameters, format, options)))
  }

  private static func request(
    _ parameters: StreamParameters, _ format: SampleFormat?, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      output: .init(parameters: parameters, format: format ?? defaultFormat(.output)),
      options: options, operation: operation)
  }
}

private func defaultFormat(_ direction: StreamDirection) -> SampleFormat {
  Defaults.current.direction(direction).format ?? .float32
}
