// Writing to a blocking stream as a player does: some frames before the start, no further ahead
// than necessary, and with a defined end. One thread at a time.

extension AudioOutputStreaming {
  /// Puts frames into the ring before the stream is started, as many as fit.
  ///
  /// - Parameter source: Whole frames, interleaved, in the stream's sample format.
  /// - Returns: The number of frames.
  public func prefill(_ source: RawSpan) -> Int {
    let ring = session.rings?.outputRing
    return unsafe source.withUnsafeBytes { bytes in
      guard let ring, let base = bytes.baseAddress else { return 0 }
      return unsafe ring.write(from: base, count: bytes.count / ring.bytesPerFrame)
    }
  }

  /// Writes all frames, waiting for room; fewer if `isInterrupted` says so.
  ///
  /// - Parameters:
  ///   - source: Whole frames, interleaved, in the stream's sample format.
  ///   - isInterrupted: Asked before each wait, on the calling thread.
  /// - Returns: The number of frames.
  public func write(_ source: RawSpan, until isInterrupted: () -> Bool) throws(PortAudioError)
    -> Int
  {
    var result = Result<Int, PortAudioError>.success(0)
    unsafe source.withUnsafeBytes { bytes in
      do throws(PortAudioError) {
        result = .success(
          unsafe try session.write(bytes, timeout: nil, interrupted: isInterrupted))
      } catch { result = .failure(error) }
    }
    return try result.get()
  }

  /// Waits until at most `frameCount` frames are queued, the stream has ended, or `isInterrupted`
  /// says so.
  public func waitUntilQueued(atMost frameCount: Int, until isInterrupted: () -> Bool) {
    guard let ring = session.rings?.outputRing else { return }
    while ring.readableCount > frameCount, !isInterrupted(), session.isUnderWay {
      ring.waitUntilWritable(ring.capacity - frameCount, seconds: 0.1)
    }
  }

  /// Declares that no more frames follow: the stream finishes after the ring has been played.
  public func endOutput() { session.rings?.endOutput() }

  /// The frames beyond one block that output waits for before it starts; see
  /// ``StreamOptions/prebuffersOutput``.
  public var prebufferFrameCount: Int { session.rings?.prebufferFrameCount ?? 0 }
}

extension TypedOutputStreaming {
  /// Puts frames into the ring before the stream is started, as many as fit.
  ///
  /// - Parameter source: Frames × channels, interleaved.
  /// - Returns: The number of frames.
  public func prefill(_ source: Span<S>) -> Int { unsafe prefill(source.bytes) }

  /// Writes all frames, waiting for room; fewer if `isInterrupted` says so.
  ///
  /// - Parameters:
  ///   - source: Frames × channels, interleaved.
  ///   - isInterrupted: Asked before each wait, on the calling thread.
  /// - Returns: The number of frames.
  public func write(_ source: Span<S>, until isInterrupted: () -> Bool) throws(PortAudioError)
    -> Int
  {
    unsafe try write(source.bytes, until: isInterrupted)
  }
}
