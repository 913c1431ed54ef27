public import PCM

/// A callback on samples: input and output, frames × channels, interleaved.
///
/// Runs on the audio thread: it must not allocate, lock, print or wait. Output is preset to
/// silence. The callback may own state, which moves into it.
public typealias StreamCallback<S: Sample> = (
  _ input: borrowing Span<S>, _ output: inout MutableSpan<S>, _ info: CallbackInfo
) -> CallbackResult

/// A duplex stream with one sample type.
///
/// Use ``RawAudioStream`` for a different sample type in each direction. The ancestor's `Stream`;
/// corresponds to `Pa_OpenStream`.
public final class AudioStream<S: StreamSample>:
  OpenedStream, AudioInputStreaming, AudioOutputStreaming, @unchecked Sendable
{
  private static var operation: String { "opening stream" }

  /// Opens a stream that calls `callback` for each block.
  ///
  /// - Parameters:
  ///   - input: The device, channels and latency of the input.
  ///   - output: The same for output.
  ///   - options: Rate, block size and other settings of both directions.
  ///   - finished: Called on a thread of the library after the last buffer has been played, or when
  ///     the device is lost.
  ///   - callback: Called on the audio thread; see <doc:CallbackRules>.
  public init(
    input: StreamParameters = StreamParameters(), output: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions(), finished: (@Sendable () -> Void)? = nil,
    callback: sending @escaping StreamCallback<S>
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        Self.request(input, output, options), finished: finished,
        processor: { TypedProcessor($0, callback) }))
  }

  /// Opens a stream for reading and writing.
  public init(
    input: StreamParameters = StreamParameters(), output: StreamParameters = StreamParameters(),
    options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(StreamSession(blocking: Self.request(input, output, options)))
  }

  private static func request(
    _ input: StreamParameters, _ output: StreamParameters, _ options: StreamOptions
  ) -> StreamRequest {
    StreamRequest(
      input: .init(parameters: input, format: S.format),
      output: .init(parameters: output, format: S.format), options: options, operation: operation)
  }
}

/// A stream of samples from a device. The ancestor's `InputStream`.
public final class AudioInputStream<S: StreamSample>: OpenedStream, AudioInputStreaming,
  @unchecked Sendable
{
  private static var operation: String { "opening input stream" }

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ parameters: StreamParameters = StreamParameters(), options: StreamOptions = StreamOptions(),
    finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ input: borrowing Span<S>, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        StreamRequest(
          input: .init(parameters: parameters, format: S.format), options: options,
          operation: Self.operation), finished: finished,
        processor: { TypedProcessor<S>($0) { input, _, info in callback(input, info) } }))
  }

  /// Opens a stream for reading.
  public init(
    _ parameters: StreamParameters = StreamParameters(), options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        blocking: StreamRequest(
          input: .init(parameters: parameters, format: S.format), options: options,
          operation: Self.operation)))
  }
}

/// A stream of samples to a device. The ancestor's `OutputStream`.
public final class AudioOutputStream<S: StreamSample>: OpenedStream, AudioOutputStreaming,
  @unchecked Sendable
{
  private static var operation: String { "opening output stream" }

  /// Opens a stream that calls `callback` for each block.
  public init(
    _ parameters: StreamParameters = StreamParameters(), options: StreamOptions = StreamOptions(),
    finished: (@Sendable () -> Void)? = nil,
    callback:
      sending @escaping (_ output: inout MutableSpan<S>, _ info: CallbackInfo) ->
      CallbackResult
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        StreamRequest(
          output: .init(parameters: parameters, format: S.format), options: options,
          operation: Self.operation), finished: finished,
        processor: { TypedProcessor<S>($0) { _, output, info in callback(&output, info) } }))
  }

  /// Opens a stream for writing.
  public init(
    _ parameters: StreamParameters = StreamParameters(), options: StreamOptions = StreamOptions()
  ) throws(PortAudioError) {
    try super.init(
      StreamSession(
        blocking: StreamRequest(
          output: .init(parameters: parameters, format: S.format), options: options,
          operation: Self.operation)))
  }
}

/// A sample type that device streams support: all but `Double`, which no device takes, and packed
/// 24-bit, which raw streams take.
public protocol StreamSample: Sample {}

extension UInt8: StreamSample {}
extension Int8: StreamSample {}
extension Int16: StreamSample {}
extension Int32: StreamSample {}
extension Float: StreamSample {}
