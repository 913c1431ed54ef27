internal import Platform

/// Waits for the latest `play`, `rec` or `playrec` to end.
///
/// The ancestor's `wait()`. In a file with its own `wait`, call `SoundDevice.wait()`.
///
/// - Parameter timeout: nil waits without limit.
/// - Returns: The overflows and underflows that happened; empty if nothing was started yet.
/// - Throws: `hostLost` within the stall time if the device is lost before the end; `timedOut` if
///   the time is over first.
@available(*, noasync)
@discardableResult
public func wait(timeout: Duration? = nil) throws(PortAudioError) -> CallbackFlags {
  try Performance.latest?.finish(timeout: timeout?.inSeconds) ?? []
}

/// Waits for the latest `play`, `rec` or `playrec` to end, without blocking a thread of the pool.
///
/// - Parameter timeout: nil waits without limit.
/// - Returns: The overflows and underflows that happened; empty if nothing was started yet.
/// - Throws: `hostLost` if the device was lost before the end; `timedOut`; `CancellationError`.
@discardableResult
public func wait(timeout: Duration? = nil) async throws -> CallbackFlags {
  try await Performance.latest?.finish(timeout: timeout?.inSeconds) ?? []
}

/// Stops the latest `play`, `rec` or `playrec`; earlier ones and streams of other kinds continue.
///
/// The ancestor's `stop()`; its `ignore_errors=True` is `try? stop()`.
public func stop() throws(PortAudioError) { try Performance.latest?.end() }

/// The overflows and underflows of the latest `play`, `rec` or `playrec` so far; empty if nothing
/// was started yet. The ancestor's `get_status()`.
public func status() -> CallbackFlags { Performance.latest?.status ?? [] }

/// The stream of the latest `play`, `rec` or `playrec`, closed if that has ended; nil if nothing
/// was started yet. The ancestor's `get_stream()`.
public func stream() -> (any AudioStreaming)? { Performance.latest }

/// Puts the calling thread to sleep for at least this many milliseconds. Not in a callback.
///
/// The ancestor's `sleep()`; corresponds to `Pa_Sleep`.
public func sleep(milliseconds: Int) {
  let end = monotonicSeconds() + Double(milliseconds) / 1000
  let bell = Semaphore()
  while case let left = end - monotonicSeconds(), left > 0 { bell.wait(seconds: left) }
}
