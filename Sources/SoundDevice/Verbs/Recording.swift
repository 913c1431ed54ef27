public import PCM

/// A running `rec` or `playrec`.
///
/// Any thread. The recording continues without the handle, but its frames are then lost.
public final class Recording<S: Sample>: Sendable {
  private let performance: Performance
  private let store: FrameStore
  private let channelCount: Int
  /// The frames to overwrite: silence, or the caller's buffer.
  private let background: SampleBuffer<S>?

  init(
    _ performance: Performance, _ store: FrameStore, channelCount: Int,
    over background: SampleBuffer<S>?
  ) {
    self.performance = performance
    self.store = store
    self.channelCount = channelCount
    self.background = background
  }

  /// Waits until everything has been recorded, or until `stop()`.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: All requested frames × channels. After an early `stop()`, frames after
  ///   ``recordedFrameCount`` are silent or, in the caller's buffer, unchanged.
  /// - Throws: `hostLost` within the stall time if the device is lost before the end; ``recorded``
  ///   has the frames until then. `timedOut` if the time is over first; the recording continues.
  @available(*, noasync)
  @discardableResult
  public func wait(timeout: Duration? = nil) throws(PortAudioError) -> SampleBuffer<S> {
    _ = try performance.finish(timeout: timeout?.inSeconds)
    return whole
  }

  /// Waits until everything has been recorded, or until `stop()`, without blocking a thread of
  /// the pool. A cancelled task stops waiting; the recording continues.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: All frames × channels, as in the blocking function.
  /// - Throws: `hostLost` and `timedOut` as in the blocking function; `CancellationError`.
  @discardableResult
  public func wait(timeout: Duration? = nil) async throws -> SampleBuffer<S> {
    _ = try await performance.finish(timeout: timeout?.inSeconds)
    return whole
  }

  private var whole: SampleBuffer<S> {
    copy(
      recordedFrameCount,
      over: background ?? SampleBuffer(frameCount: store.capacity, channelCount: channelCount))
  }

  /// A copy of the frames recorded so far: ``recordedFrameCount`` × channels.
  public var recorded: SampleBuffer<S> {
    let count = recordedFrameCount
    return copy(count, over: SampleBuffer(frameCount: count, channelCount: channelCount))
  }

  /// The number of frames recorded so far.
  public var recordedFrameCount: Int { store.frameCount }

  /// Stops. Does nothing if it has ended; other recordings and streams continue.
  @available(*, noasync)
  public func stop() throws(PortAudioError) { try performance.end() }

  /// Stops, without blocking a thread of the pool. Does nothing if it has ended.
  public func stop() async throws(PortAudioError) { try await performance.end() }

  /// Whether it is still recording.
  public var isActive: Bool { performance.isActive }

  /// Overflows and underflows so far.
  public var status: CallbackFlags { performance.status }

  /// The underlying stream: its rate, latency, clock and losses. It closes itself at the end.
  public var stream: any AudioInputStreaming { performance }

  private func copy(_ count: Int, over buffer: SampleBuffer<S>) -> SampleBuffer<S> {
    var buffer = buffer
    buffer.sampleRate = performance.session.resolved.configuration.sampleRate
    guard S.format == .float64 else {
      store.copy(count, into: &buffer)
      return buffer
    }
    // Recorded as float32, since no device supports float64.
    var single = SampleBuffer<Float>(frameCount: count, channelCount: channelCount)
    store.copy(count, into: &single)
    let double = single.converted(to: S.self).samples
    buffer.samples.replaceSubrange(0..<double.count, with: double)
    return buffer
  }
}
