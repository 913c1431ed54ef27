public import PCM

extension TypedOutputStreaming {
  /// Writes a buffer, waiting for room without blocking a thread of the pool. The buffer must have
  /// as many channels as the stream.
  ///
  /// A cancelled task stops writing; frames already in the ring still play.
  ///
  /// - Returns: Whether silence was played since the last write.
  /// - Throws: The errors of the blocking write, and `cancelled`. A `CancellationError` could not
  ///   say how many frames were written: ``PortAudioError/frameCount``.
  @discardableResult
  public func write(_ buffer: SampleBuffer<S>) async throws(PortAudioError) -> CallbackFlags {
    let operation = "writing stream"
    guard buffer.channelCount == outputChannelCount else {
      throw PortAudioError(.invalidChannelCount, operation)
    }
    try PortAudioError.checkFrames(buffer, operation)
    let session = session
    let flags = session.rings?.takeFlags([.outputUnderflow]) ?? []
    let isCancelled = AtomicFlag()
    let result = await withTaskCancellationHandler {
      await session.writeThread.result { () throws(PortAudioError) in
        try session.write(buffer) { isCancelled.isSet }
      }
    } onCancel: {
      isCancelled.set()
      session.wake()
    }
    let frameCount = try result.get()
    guard frameCount == buffer.frameCount else {
      var error = PortAudioError(.cancelled, operation)
      error.frameCount = frameCount
      throw error
    }
    return flags
  }
}

extension StreamSession {
  /// Writes a buffer; returns how many frames it wrote, fewer than all only if `interrupted` says
  /// so.
  func write<S: Sample>(_ buffer: SampleBuffer<S>, interrupted: () -> Bool)
    throws(PortAudioError) -> Int
  {
    var outcome = Result<Int, PortAudioError>.success(0)
    unsafe buffer.samples.withUnsafeBytes { bytes in
      do throws(PortAudioError) {
        outcome = .success(unsafe try write(bytes, timeout: nil, interrupted: interrupted))
      } catch { outcome = .failure(error) }
    }
    return try outcome.get()
  }
}
