/// A running `play`: a handle that you need not keep.
///
/// Any thread. The sound continues without the handle.
public final class Playback: Sendable {
  private let performance: Performance

  init(_ performance: Performance) { self.performance = performance }

  /// Waits until everything has been played, or until `stop()`.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: The overflows and underflows that happened.
  /// - Throws: `hostLost` within the stall time if the device is lost before the end; `timedOut` if
  ///   the time is over first, and the sound continues.
  @available(*, noasync)
  @discardableResult
  public func wait(timeout: Duration? = nil) throws(PortAudioError) -> CallbackFlags {
    try performance.finish(timeout: timeout?.inSeconds)
  }

  /// Waits until everything has been played, or until `stop()`, without blocking a thread of the
  /// pool. A cancelled task stops waiting; the sound continues.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: The overflows and underflows that happened.
  /// - Throws: `hostLost` and `timedOut` as in the blocking function; `CancellationError`.
  @discardableResult
  public func wait(timeout: Duration? = nil) async throws -> CallbackFlags {
    try await performance.finish(timeout: timeout?.inSeconds)
  }

  /// Stops. Does nothing if it has ended; other playbacks and streams continue.
  @available(*, noasync)
  public func stop() throws(PortAudioError) { try performance.end() }

  /// Stops, without blocking a thread of the pool. Does nothing if it has ended.
  public func stop() async throws(PortAudioError) { try await performance.end() }

  /// Whether it is still playing.
  public var isActive: Bool { performance.isActive }

  /// Overflows and underflows so far.
  public var status: CallbackFlags { performance.status }

  /// The underlying stream: its rate, latency, clock and losses. It closes itself at the end.
  public var stream: any AudioOutputStreaming { performance }
}
