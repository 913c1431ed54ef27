internal import Platform

/// Sound in memory, with one line of code: `play`, `record` and `playAndRecord`, and the latest of
/// them.
///
/// Each exists twice: for threads, which it may block for as long as the host takes to open the
/// device, and for tasks, whose threads it leaves alone. Any thread, but not in a callback. The
/// module `SoundDeviceVerbs` has the ancestor's bare functions for those who want them.
public enum Sound {
  /// Waits for the latest `play`, `record` or `playAndRecord` to end. The ancestor's `wait()`.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: The overflows and underflows that happened; empty if nothing was started yet.
  /// - Throws: `hostLost` within the stall time if the device is lost before the end; `timedOut` if
  ///   the time is over first.
  @available(*, noasync)
  @discardableResult
  public static func wait(timeout: Duration? = nil) throws(PortAudioError) -> CallbackFlags {
    try Performance.latest?.finish(timeout: timeout?.inSeconds) ?? []
  }

  /// Waits for the latest `play`, `record` or `playAndRecord` to end, without blocking a thread of
  /// the pool.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: The overflows and underflows that happened; empty if nothing was started yet.
  /// - Throws: `hostLost` if the device was lost before the end; `timedOut`; `CancellationError`.
  @discardableResult
  public static func wait(timeout: Duration? = nil) async throws -> CallbackFlags {
    try await Performance.latest?.finish(timeout: timeout?.inSeconds) ?? []
  }

  /// Stops the latest `play`, `record` or `playAndRecord`; earlier ones and streams of other kinds
  /// continue.
  ///
  /// The ancestor's `stop()`; its `ignore_errors=True` is `try? Sound.stop()`.
  @available(*, noasync)
  public static func stop() throws(PortAudioError) { try Performance.latest?.end() }

  /// Stops the latest `play`, `record` or `playAndRecord`, without blocking a thread of the pool.
  public static func stop() async throws(PortAudioError) { try await Performance.latest?.end() }

  /// The overflows and underflows of the latest `play`, `record` or `playAndRecord` so far; empty if
  /// nothing was started yet. The ancestor's `get_status()`.
  public static var status: CallbackFlags { Performance.latest?.status ?? [] }

  /// The stream of the latest `play`, `record` or `playAndRecord`, closed if that has ended; nil if
  /// nothing was started yet. The ancestor's `get_stream()`.
  public static var stream: (any AudioStreaming)? { Performance.latest }

  /// Puts the calling thread to sleep for at least this long; returns at once if it is not positive.
  /// Not in a callback.
  ///
  /// The ancestor's `sleep()`; corresponds to `Pa_Sleep`.
  @available(*, noasync, message: "Use Task.sleep(for:).")
  public static func sleep(for duration: Duration) {
    let end = monotonicSeconds() + duration.inSeconds
    let bell = Semaphore()
    while case let left = end - monotonicSeconds(), left > 0 { bell.wait(seconds: left) }
  }

  /// PortAudio's version number and text.
  ///
  /// The ancestor's `get_portaudio_version()`; corresponds to `Pa_GetVersion` and
  /// `Pa_GetVersionText`.
  public static var portAudioVersion: (number: Int, text: String) { PortAudioHost.version }
}
