// Writing to a blocking stream as a player does: what is there before the start, no further ahead
// than need be, and to a stated end. One thread at a time.

extension AudioOutputStreaming {
  /// Puts frames into the ring before the stream is started, as many as there is room for.
  ///
  /// - Parameter source: Whole frames, interleaved, of the stream's sample format.
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
  /// - Parameter source: Whole frames, interleaved, of the stream's sample format.
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

  /// Waits until at most so many frames wait to be played, the stream has ended, or
  /// `isInterrupted` says so.
  public func waitUntilQueued(atMost frameCount: Int, until isInterrupted: () -> Bool) {
    guard let ring = session.rings?.outputRing else { return }
    while ring.readableCount > frameCount, !isInterrupted(), session.isUnderWay {
      ring.waitUntilWritable(ring.capacity - frameCount, seconds: 0.1)
    }
  }

  /// Says that no more frames will be written: what is in the ring plays, then the stream finishes.
  public func endOutput() { session.rings?.endOutput() }

  /// Frames beyond a block that output waits for before it begins; see
  /// ``StreamOptions/prebuffersOutput``.
  public var prebufferFrameCount: Int { session.rings?.prebufferFrameCount ?? 0 }
}

extension TypedOutputStreaming {
  /// Puts frames into the ring before the stream is started, as many as there is room for.
  ///
  /// - Parameter source: Frames × channels, interleaved.
  /// - Returns: The number of frames.
  public func prefill(_ source: Span<S>) -> Int { unsafe prefill(source.bytes) }

  /// Writes all frames, waiting for room; fewer if `isInterrupted` says so.
  ///
  /// - Parameter source: Frames × channels, interleaved.
  /// - Returns: The number of frames.
  public func write(_ source: Span<S>, until isInterrupted: () -> Bool) throws(PortAudioError)
    -> Int
  {
    unsafe try write(source.bytes, until: isInterrupted)
  }
}
