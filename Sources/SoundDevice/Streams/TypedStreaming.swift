public import PCM

/// A stream that reads samples: ``AudioStream`` or ``AudioInputStream``.
public protocol TypedInputStreaming<S>: AudioInputStreaming {
  /// The sample type.
  associatedtype S: StreamSample
}

/// A stream that writes samples: ``AudioStream`` or ``AudioOutputStream``.
public protocol TypedOutputStreaming<S>: AudioOutputStreaming {
  /// The sample type.
  associatedtype S: StreamSample
}

extension AudioStream: TypedInputStreaming, TypedOutputStreaming {}
extension AudioInputStream: TypedInputStreaming {}
extension AudioOutputStream: TypedOutputStreaming {}

extension TypedInputStreaming {
  /// Reads until the span is full: frames × channels, interleaved.
  ///
  /// - Parameters:
  ///   - target: Room for whole frames; otherwise it throws `partialFrame`.
  ///   - timeout: nil waits without limit. Frames that arrived by then stay readable.
  /// - Returns: Whether input was lost since the last read.
  @available(*, noasync)
  public func read(into target: inout MutableSpan<S>, timeout: Duration? = nil)
    throws(PortAudioError) -> CallbackFlags
  {
    var bytes = unsafe target.mutableBytes
    try session.fill(&bytes, timeout: timeout?.inSeconds)
    return session.takeInputFlags()
  }

  /// Reads `frameCount` frames into a new buffer.
  ///
  /// - Parameters:
  ///   - frameCount: The number of frames.
  ///   - timeout: nil waits without limit. Frames that arrived by then stay readable.
  /// - Returns: The frames, and whether input was lost since the last read.
  @available(*, noasync)
  public func read(frameCount: Int, timeout: Duration? = nil) throws(PortAudioError)
    -> (buffer: SampleBuffer<S>, flags: CallbackFlags)
  {
    let buffer = try session.readBuffer(
      of: S.self, frameCount: frameCount, isWhole: true, timeout: timeout?.inSeconds,
      interrupted: { false })
    return (buffer, session.takeInputFlags())
  }
}

extension TypedOutputStreaming {
  /// Writes the whole span, waiting for room: frames × channels, interleaved.
  ///
  /// - Returns: Whether silence was played since the last write.
  /// - Throws: `partialFrame` if the span ends with an incomplete frame. Any error has the number
  ///   of frames written so far.
  @available(*, noasync)
  @discardableResult
  public func write(_ source: Span<S>, timeout: Duration? = nil) throws(PortAudioError)
    -> CallbackFlags
  {
    unsafe try session.send(source.bytes, timeout: timeout?.inSeconds)
  }

  /// Writes a buffer, waiting for room. The buffer must have as many channels as the stream and, if
  /// its rate is known, the same rate.
  ///
  /// - Returns: Whether silence was played since the last write.
  @available(*, noasync)
  @discardableResult
  public func write(_ buffer: SampleBuffer<S>, timeout: Duration? = nil) throws(PortAudioError)
    -> CallbackFlags
  {
    try session.check(buffer)
    return try write(buffer.samples.span, timeout: timeout)
  }
}
