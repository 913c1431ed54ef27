/// A stream that reads raw bytes: ``RawAudioStream`` or ``RawAudioInputStream``.
public protocol RawInputStreaming: AudioInputStreaming {}

/// A stream that writes raw bytes: ``RawAudioStream`` or ``RawAudioOutputStream``.
public protocol RawOutputStreaming: AudioOutputStreaming {}

extension RawAudioStream: RawInputStreaming, RawOutputStreaming {}
extension RawAudioInputStream: RawInputStreaming {}
extension RawAudioOutputStream: RawOutputStreaming {}

extension RawInputStreaming {
  /// Reads whole frames until the span is full: interleaved bytes.
  ///
  /// - Parameters:
  ///   - target: Room for whole frames.
  ///   - timeout: nil waits without limit. Frames that arrived by then stay readable.
  /// - Returns: Whether input was lost since the last read.
  @available(*, noasync)
  public func read(into target: inout MutableRawSpan, timeout: Duration? = nil)
    throws(PortAudioError) -> CallbackFlags
  {
    try session.fill(&target, timeout: timeout?.inSeconds)
    return session.takeInputFlags()
  }

  /// Reads `frameCount` frames as bytes: interleaved samples in the stream's format.
  ///
  /// - Parameters:
  ///   - frameCount: The number of frames.
  ///   - timeout: nil waits without limit. Frames that arrived by then stay readable.
  /// - Returns: The bytes, and whether input was lost since the last read.
  @available(*, noasync)
  public func read(frameCount: Int, timeout: Duration? = nil) throws(PortAudioError)
    -> (bytes: [UInt8], flags: CallbackFlags)
  {
    let bytes = try session.readBytes(frameCount: frameCount, timeout: timeout?.inSeconds)
    return (bytes, session.takeInputFlags())
  }
}

extension RawOutputStreaming {
  /// Writes all frames of the span, waiting for room: interleaved bytes, whole frames.
  ///
  /// - Returns: Whether silence was played since the last write.
  /// - Throws: `partialFrame` if the span ends with an incomplete frame. Any error has the number
  ///   of frames written so far.
  @available(*, noasync)
  @discardableResult
  public func write(_ source: RawSpan, timeout: Duration? = nil) throws(PortAudioError)
    -> CallbackFlags
  {
    try session.send(source, timeout: timeout?.inSeconds)
  }

  /// Writes bytes, waiting for room: interleaved samples in the stream's format, whole frames.
  ///
  /// - Returns: Whether silence was played since the last write.
  @available(*, noasync)
  @discardableResult
  public func write(_ bytes: [UInt8], timeout: Duration? = nil) throws(PortAudioError)
    -> CallbackFlags
  {
    unsafe try session.send(bytes.span.bytes, timeout: timeout?.inSeconds)
  }
}
