/// What is being played by `play`: a handle that need not be kept.
///
/// Any thread. The sound goes on when the handle goes.
public final class Playback: Sendable {
  private let performance: Performance

  init(_ performance: Performance) { self.performance = performance }

  /// Waits until everything has been played, or until ``stop()``.
  ///
  /// - Parameter timeout: In seconds; nil waits without limit.
  /// - Returns: The overflows and underflows that happened.
  /// - Throws: `hostLost` if the device was lost before the end, within the stall time;
  ///   `timedOut` if the time was over first, and the sound goes on.
  @available(*, noasync)
  @discardableResult
  public func wait(timeout: Double? = nil) throws(PortAudioError) -> CallbackFlags {
    try performance.finish(timeout: timeout)
  }

  /// Waits until everything has been played, or until ``stop()``, without holding a thread of the
  /// pool. A cancelled task waits no longer; the sound goes on.
  ///
  /// - Parameter timeout: In seconds; nil waits without limit.
  /// - Returns: The overflows and underflows that happened.
  /// - Throws: `hostLost`, `timedOut` as the blocking one; `CancellationError`.
  @discardableResult
  public func wait(timeout: Double? = nil) async throws -> CallbackFlags {
    try await performance.finish(timeout: timeout)
  }

  /// Stops. Does nothing if it has ended; other playbacks and streams go on.
  public func stop() throws(PortAudioError) { try performance.end() }

  /// Whether it still sounds.
  public var isActive: Bool { performance.isActive }

  /// Overflows and underflows so far.
  public var status: CallbackFlags { performance.status }

  /// The stream below: its rate, latency, clock and losses. It closes by itself at the end.
  public var stream: any AudioOutputStreaming { performance }
}
