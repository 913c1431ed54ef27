public import PCM

extension TypedInputStreaming {
  /// Reads `frameCount` frames into a new buffer, without blocking a thread of the pool.
  ///
  /// A read that fails, or whose task is cancelled, takes nothing: the frames that arrived stay
  /// readable, and are counted as delivered once.
  ///
  /// - Parameters:
  ///   - frameCount: The number of frames.
  ///   - timeout: nil waits without limit.
  /// - Returns: The frames, and whether input was lost since the last read.
  /// - Throws: The errors of the blocking function; `CancellationError`.
  public func read(frameCount: Int, timeout: Duration? = nil) async throws
    -> (buffer: SampleBuffer<S>, flags: CallbackFlags)
  {
    let session = session
    let buffer = try await session.read(timeout: timeout) {
      left, isCancelled throws(PortAudioError) in
      try session.readBuffer(
        of: S.self, frameCount: frameCount, isWhole: true, timeout: left, interrupted: isCancelled)
    }
    return (buffer, session.takeInputFlags())
  }
}

extension RawInputStreaming {
  /// Reads `frameCount` frames as bytes, without blocking a thread of the pool.
  ///
  /// A read that fails, or whose task is cancelled, takes nothing: the frames that arrived stay
  /// readable, and are counted as delivered once.
  ///
  /// - Parameters:
  ///   - frameCount: The number of frames.
  ///   - timeout: nil waits without limit.
  /// - Returns: Interleaved samples in the stream's format, and whether input was lost since the
  ///   last read.
  /// - Throws: The errors of the blocking function; `CancellationError`.
  public func read(frameCount: Int, timeout: Duration? = nil) async throws
    -> (bytes: [UInt8], flags: CallbackFlags)
  {
    let session = session
    let bytes = try await session.read(timeout: timeout) {
      left, isCancelled throws(PortAudioError) in
      try session.readBytes(frameCount: frameCount, timeout: left, interrupted: isCancelled)
    }
    return (bytes, session.takeInputFlags())
  }
}

extension StreamSession {
  fileprivate func read<Value: Sendable>(
    timeout: Duration?,
    _ body:
      @escaping @Sendable (_ timeout: Double?, _ isCancelled: () -> Bool) throws(PortAudioError) ->
      Value
  ) async throws -> Value {
    do throws(PortAudioError) {
      return try await transfer(
        on: readThread, "reading stream", timeout: timeout?.inSeconds, body
      ).get()
    } catch {
      throw error.code == .cancelled ? CancellationError() : error
    }
  }

  /// Reads a new buffer; unless it must be whole, it is shorter if the stream stops or
  /// `interrupted` says so.
  func readBuffer<S: Sample>(
    of type: S.Type, frameCount: Int, isWhole: Bool = false, timeout: Double? = nil,
    interrupted: () -> Bool
  ) throws(PortAudioError) -> SampleBuffer<S> {
    let channelCount = resolved.input?.channelCount ?? 1
    try PortAudioError.checkMemory(
      frameCount, bytesPerFrame: resolved.input?.bytesPerFrame ?? 1, "reading stream")
    var buffer = SampleBuffer<S>(
      frameCount: frameCount, channelCount: channelCount,
      sampleRate: resolved.configuration.sampleRate)
    var outcome = Result<Int, PortAudioError>.success(0)
    unsafe buffer.samples.withUnsafeMutableBytes { bytes in
      outcome = Result { () throws(PortAudioError) in
        unsafe try read(
          into: bytes, minimum: frameCount, isWhole: isWhole, timeout: timeout,
          interrupted: interrupted)
      }
    }
    buffer.samples.removeLast((frameCount - (try outcome.get())) * channelCount)
    return buffer
  }
}
