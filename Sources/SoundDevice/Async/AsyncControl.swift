// Changes of state for tasks. Starting, stopping, pausing and resuming take place on one thread of
// the stream, in order; aborting and closing on another, since they end a stop that waits.

extension AudioStreaming {
  /// Starts callbacks, or reading and writing, without blocking a thread of the pool.
  ///
  /// Throws `streamIsNotStopped` if the stream is running, or has finished without being stopped.
  public func start() async throws(PortAudioError) {
    try await session.control { session throws(PortAudioError) in try session.start() }
  }

  /// Stops after all output handed over has been played, without blocking a thread of the pool.
  ///
  /// Does nothing on a stopped stream. A cancelled task still waits; `abort()`
  /// ends the wait.
  public func stop() async throws(PortAudioError) {
    try await session.control { session throws(PortAudioError) in try session.stop() }
  }

  /// Stops at once and discards output that has not been played, without blocking a thread of the
  /// pool. Wakes a waiting read, write or stop.
  public func abort() async throws(PortAudioError) {
    try await session.end { session throws(PortAudioError) in try session.abort() }
  }

  /// Pauses a running stream, without blocking a thread of the pool. Does nothing unless the stream
  /// is running.
  public func pause() async throws(PortAudioError) {
    try await session.control { session throws(PortAudioError) in try session.pause() }
  }

  /// Continues after a pause, without blocking a thread of the pool; the time between is a gap of
  /// cause ``Gap/Cause/pause``.
  public func resume() async throws(PortAudioError) {
    try await session.control { session throws(PortAudioError) in try session.resume() }
  }

  /// Closes the stream and discards output that has not been played, without blocking a thread of
  /// the pool. Does nothing on a closed stream.
  public func close() async throws(PortAudioError) {
    try await session.end { session throws(PortAudioError) in try session.close() }
  }

  /// Starts the stream, calls `body`, then stops and closes the stream, even if `body` throws,
  /// without blocking a thread of the pool.
  public func run<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await start()
    do {
      let value = try await body()
      try await stop()
      try await close()
      return value
    } catch {
      // The body's error says more than an error of closing that follows from it.
      try? await abort()
      try? await close()
      throw error
    }
  }

  /// Waits until the stream is inactive, without blocking a thread of the pool.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: Whether it became inactive in time.
  /// - Throws: `hostLost` if the device was lost; `CancellationError`.
  @discardableResult
  public func wait(timeout: Duration? = nil) async throws -> Bool {
    let isOver = try await session.stream.wait(seconds: timeout?.inSeconds)
    if isOver { try session.checkLoss() }
    return isOver
  }
}

extension StreamSession {
  fileprivate func control(
    _ change: @escaping @Sendable (StreamSession) throws(PortAudioError) -> Void
  ) async throws(PortAudioError) {
    try await controlThread.result { [self] () throws(PortAudioError) in try change(self) }.get()
  }

  fileprivate func end(
    _ change: @escaping @Sendable (StreamSession) throws(PortAudioError) -> Void
  ) async throws(PortAudioError) {
    try await endingThread.result { [self] () throws(PortAudioError) in try change(self) }.get()
  }
}
