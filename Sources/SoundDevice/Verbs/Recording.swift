public import PCM

/// What is being recorded by `rec` or `playrec`.
///
/// Any thread. The recording goes on when the handle goes, to no use.
public final class Recording<S: Sample>: Sendable {
  private let performance: Performance
  private let store: FrameStore
  private let channelCount: Int
  /// What the frames are written over: silence, or the caller's own buffer.
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

  /// Waits until everything has been recorded, or until ``stop()``.
  ///
  /// - Parameter timeout: In seconds; nil waits without limit.
  /// - Returns: All frames × channels that were asked for. After an early ``stop()`` those behind
  ///   ``recordedFrameCount`` are silence, or, in a buffer of the caller's own, as they were.
  /// - Throws: `hostLost` if the device was lost before the end, within the stall time: what came
  ///   until then is in ``recorded``. `timedOut` if the time was over first; the recording goes on.
  @available(*, noasync)
  @discardableResult
  public func wait(timeout: Double? = nil) throws(PortAudioError) -> SampleBuffer<S> {
    _ = try performance.finish(timeout: timeout)
    return whole
  }

  /// Waits until everything has been recorded, or until ``stop()``, without holding a thread of the
  /// pool. A cancelled task waits no longer; the recording goes on.
  ///
  /// - Parameter timeout: In seconds; nil waits without limit.
  /// - Returns: All frames × channels, as the blocking one.
  /// - Throws: `hostLost`, `timedOut` as the blocking one; `CancellationError`.
  @discardableResult
  public func wait(timeout: Double? = nil) async throws -> SampleBuffer<S> {
    _ = try await performance.finish(timeout: timeout)
    return whole
  }

  private var whole: SampleBuffer<S> {
    copy(
      recordedFrameCount,
      over: background ?? SampleBuffer(frameCount: store.capacity, channelCount: channelCount))
  }

  /// A copy of what has been recorded so far, at any time: ``recordedFrameCount`` × channels.
  public var recorded: SampleBuffer<S> {
    let count = recordedFrameCount
    return copy(count, over: SampleBuffer(frameCount: count, channelCount: channelCount))
  }

  /// How many frames have been recorded so far.
  public var recordedFrameCount: Int { store.frameCount }

  /// Stops. Does nothing if it has ended; other recordings and streams go on.
  public func stop() throws(PortAudioError) { try performance.end() }

  /// Whether it is still under way.
  public var isActive: Bool { performance.isActive }

  /// Overflows and underflows so far.
  public var status: CallbackFlags { performance.status }

  /// The stream below: its rate, latency, clock and losses. It closes by itself at the end.
  public var stream: any AudioInputStreaming { performance }

  private func copy(_ count: Int, over buffer: SampleBuffer<S>) -> SampleBuffer<S> {
    var buffer = buffer
    guard S.format == .float64 else {
      store.copy(count, into: &buffer)
      return buffer
    }
    // Recorded as float32, since no device takes more.
    var single = SampleBuffer<Float>(frameCount: count, channelCount: channelCount)
    store.copy(count, into: &single)
    let double = single.converted(to: S.self).samples
    buffer.samples.replaceSubrange(0..<double.count, with: double)
    return buffer
  }
}
