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
public final class RawAudioStream: AudioInputStreaming, AudioOutputStreaming {
  /// The open stream.
  public let session: StreamSession

  private static let operation = "opening stream"

  /// Opens a stream that calls `callback` for each block.
  ///
  /// - Parameters:
  ///   - input: The sample format of the input; nil for ``Defaults``, then float32.
  ///   - output: The sample format of the output; nil for ``Defaults``, then float32.
  ///   - inputParameters: The device, channels and latency of the input.
  ///   - outputParameters: The same for output.
  ///   - options: Rate, block size and other settings of both directions.
  ///   - finished: Called on a thread of the library after the last buffer has been played, or when
  ///     the device is lost.
  ///   - callback: Called on the audio thread; see <doc:CallbackRules>.
  public init(
    input: SampleFormat? = nil, output: SampleFormat? = nil,
    inputParameters: StreamParameters = StreamParameters(),
    outputParameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback: sending @escaping RawStreamCallback
  ) throws(PortAudioError) {
    session = try StreamSession(
      Self.request(input, output, inputParameters, outputParameters, options), finished: finished,
      processor: { RawProcessor($0, callback) })
  }

  /// Opens a stream for reading and writing.
  public init(
    input: SampleFormat? = nil, output: SampleFormat? = nil,
    inputParameters: StreamParameters = StreamParameters(),
    outputParameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    session = try StreamSession(
      blocking: Self.request(input, output, inputParameters, outputParameters, options))
  }

  private static func request(
    _ input: SampleFormat?, _ output: SampleFormat?, _ inputParameters: StreamParameters,
    _ outputParameters: StreamParameters, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      input: .init(parameters: inputParameters, format: input ?? defaultFormat(.input)),
      output: .init(parameters: outputParameters, format: output ?? defaultFormat(.output)),
      options: options, operation: operation)
  }

}

/// A stream of raw bytes from a device. The ancestor's `RawInputStream`.
public final class RawAudioInputStream: AudioInputStreaming {
  /// The open stream.
  public let session: StreamSession

  private static let operation = "opening input stream"

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ format: SampleFormat? = nil, parameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ input: borrowing RawSpan, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    session = try StreamSession(
      Self.request(format, parameters, options), finished: finished,
      processor: { RawProcessor($0) { input, _, info in callback(input, info) } })
  }

  /// Opens a stream for reading.
  public init(
    _ format: SampleFormat? = nil, parameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    session = try StreamSession(blocking: Self.request(format, parameters, options))
  }

  private static func request(
    _ format: SampleFormat?, _ parameters: StreamParameters, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      input: .init(parameters: parameters, format: format ?? defaultFormat(.input)),
      options: options, operation: operation)
  }

}

/// A stream of raw bytes to a device. The ancestor's `RawOutputStream`.
public final class RawAudioOutputStream: AudioOutputStreaming {
  /// The open stream.
  public let session: StreamSession

  private static let operation = "opening output stream"

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ format: SampleFormat? = nil, parameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ output: inout MutableRawSpan, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    session = try StreamSession(
      Self.request(format, parameters, options), finished: finished,
      processor: { RawProcessor($0) { _, output, info in callback(&output, info) } })
  }

  /// Opens a stream for writing.
  public init(
    _ format: SampleFormat? = nil, parameters: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    session = try StreamSession(blocking: Self.request(format, parameters, options))
  }

  private static func request(
    _ format: SampleFormat?, _ parameters: StreamParameters, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      output: .init(parameters: parameters, format: format ?? defaultFormat(.output)),
      options: options, operation: operation)
  }

}

private func defaultFormat(_ direction: StreamDirection) -> SampleFormat {
  Defaults.current.direction(direction).format ?? .float32
}
