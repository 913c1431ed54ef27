internal import Platform

/// Waits for the latest `play`, `rec` or `playrec` to end.
///
/// The ancestor's `wait()`. In a file that has a `wait` of its own: `SoundDevice.wait()`.
///
/// - Parameter timeout: In seconds; nil waits without limit.
/// - Returns: The overflows and underflows that happened; empty if nothing was begun yet.
/// - Throws: `hostLost` if the device was lost before the end, within the stall time; `timedOut`
///   if the time was over first.
@available(*, noasync)
@discardableResult
public func wait(timeout: Double? = nil) throws(PortAudioError) -> CallbackFlags {
  try Performance.latest?.finish(timeout: timeout) ?? []
}

/// Waits for the latest `play`, `rec` or `playrec` to end, without holding a thread of the pool.
///
/// - Parameter timeout: In seconds; nil waits without limit.
/// - Returns: The overflows and underflows that happened; empty if nothing was begun yet.
/// - Throws: `hostLost` if the device was lost before the end; `timedOut`; `CancellationError`.
@discardableResult
public func wait(timeout: Double? = nil) async throws -> CallbackFlags {
  try await Performance.latest?.finish(timeout: timeout) ?? []
}

/// Stops the latest `play`, `rec` or `playrec`; earlier ones, and streams of other kinds, go on.
///
/// The ancestor's `stop()`; its `ignore_errors=True` is `try? stop()`.
public func stop() throws(PortAudioError) { try Performance.latest?.end() }

/// The overflows and underflows of the latest `play`, `rec` or `playrec` so far; empty if nothing
/// was begun yet. The ancestor's `get_status()`.
public func status() -> CallbackFlags { Performance.latest?.status ?? [] }

/// The stream of the latest `play`, `rec` or `playrec`, closed if that has ended; nil if nothing
/// was begun yet. The ancestor's `get_stream()`.
public func stream() -> (any AudioStreaming)? { Performance.latest }

/// Puts the calling thread to sleep for at least so many milliseconds. Not for a callback.
///
/// The ancestor's `sleep()`; corresponds to `Pa_Sleep`.
public func sleep(milliseconds: Int) {
  let end = monotonicSeconds() + Double(milliseconds) / 1000
  let bell = Semaphore()
  while case let left = end - monotonicSeconds(), left > 0 { bell.wait(seconds: left) }
}
