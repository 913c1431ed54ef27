public import PCM

extension TypedOutputStreaming {
  /// Writes a buffer, waiting for room without blocking a thread of the pool. The buffer must have
  /// as many channels as the stream and, if its rate is known, the same rate.
  ///
  /// A cancelled task stops writing; frames already in the ring still play.
  ///
  /// - Parameters:
  ///   - buffer: Frames × channels.
  ///   - timeout: nil waits without limit.
  /// - Returns: Whether silence was played since the last write.
  /// - Throws: The errors of the blocking write, and `cancelled`, each with the number of frames
  ///   written: ``PortAudioError/frameCount``. A `CancellationError` could not carry it.
  @discardableResult
  public func write(_ buffer: SampleBuffer<S>, timeout: Duration? = nil)
    async throws(PortAudioError) -> CallbackFlags
  {
    try session.check(buffer)
    return try await session.write(buffer.samples, buffer.frameCount, timeout: timeout)
  }
}

extension RawOutputStreaming {
  /// Writes bytes, waiting for room without blocking a thread of the pool.
  ///
  /// A cancelled task stops writing; frames already in the ring still play.
  ///
  /// - Parameters:
  ///   - bytes: Interleaved samples in the stream's format, whole frames.
  ///   - timeout: nil waits without limit.
  /// - Returns: Whether silence was played since the last write.
  /// - Throws: The errors of the blocking write, and `cancelled`, each with the number of frames
  ///   written: ``PortAudioError/frameCount``. A `CancellationError` could not carry it.
  @discardableResult
  public func write(_ bytes: [UInt8], timeout: Duration? = nil) async throws(PortAudioError)
    -> CallbackFlags
  {
    let bytesPerFrame = max(1, session.resolved.output?.bytesPerFrame ?? 1)
    guard bytes.count.isMultiple(of: bytesPerFrame) else {
      throw PortAudioError(.partialFrame, "writing stream")
    }
    return try await session.write(bytes, bytes.count / bytesPerFrame, timeout: timeout)
  }
}

extension StreamSession {
  /// Writes interleaved samples; a cancelled task throws `cancelled`.
  fileprivate func write<Element: BitwiseCopyable & Sendable>(
    _ samples: [Element], _ frameCount: Int, timeout: Duration?
  ) async throws(PortAudioError) -> CallbackFlags {
    let flags = takeOutputFlags()
    let result = await transfer(on: writeThread, "writing stream", timeout: timeout?.inSeconds) {
      [self] left, isCancelled throws(PortAudioError) in
      var outcome = Result<Int, PortAudioError>.success(0)
      unsafe samples.withUnsafeBytes { bytes in
        outcome = Result { () throws(PortAudioError) in
          unsafe try write(bytes, timeout: left, interrupted: isCancelled)
        }
      }
      return try outcome.get()
    }
    let failure: PortAudioError
    switch result {
    case .success(frameCount): return flags
    case .success(let count):
      failure = PortAudioError(.cancelled, "writing stream", frameCount: count)
    case .failure(let error):
      // A task that never had its turn wrote nothing.
      failure = PortAudioError(
        error.code, error.operation, hostError: error.hostError, frameCount: error.frameCount ?? 0)
    }
    throw failure
  }
}
