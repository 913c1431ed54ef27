public import PCM

/// The interface of all streams: control, state and loss accounting.
///
/// Streams may be used from any thread; state changes never overlap. Do not call any of this from a
/// stream's own callback. It has no requirement: the library's six stream classes conform, and no
/// other class can.
public protocol AudioStreaming: OpenedStream {}

/// The common superclass of the library's streams; its interface is ``AudioStreaming``. Closes the
/// stream when its last reference goes.
public class OpenedStream: @unchecked Sendable {
  // Safe to share: the session is, and subclasses add nothing.
  package let session: StreamSession

  init(_ session: StreamSession) { self.session = session }
}

extension AudioStreaming {
  /// Starts callbacks, or reading and writing.
  ///
  /// Throws `streamIsNotStopped` if the stream is running, or has finished without being stopped.
  /// Corresponds to `Pa_StartStream`.
  @available(*, noasync)
  public func start() throws(PortAudioError) { try session.start() }

  /// Stops after all output handed over has been played, including the ring of a blocking stream.
  ///
  /// Does nothing on a stopped stream. Corresponds to `Pa_StopStream`.
  @available(*, noasync)
  public func stop() throws(PortAudioError) { try session.stop() }

  /// Stops at once and discards output that has not been played. Wakes a blocked read or write.
  ///
  /// Does nothing on a stopped stream. Corresponds to `Pa_AbortStream`.
  @available(*, noasync)
  public func abort() throws(PortAudioError) { try session.abort() }

  /// Pauses a running stream. A blocking stream keeps the content of its rings; its readers and
  /// writers keep waiting. Does nothing unless the stream is running.
  @available(*, noasync)
  public func pause() throws(PortAudioError) { try session.pause() }

  /// Continues after `pause()`; the time between is a gap of cause ``Gap/Cause/pause``.
  @available(*, noasync)
  public func resume() throws(PortAudioError) { try session.resume() }

  /// Whether the stream is between `pause()` and `resume()`.
  public var isPaused: Bool { session.isPaused }

  /// Wakes a thread waiting in ``InputReader/next(into:until:)-(MutableRawSpan,_)`` or
  /// ``AudioOutputStreaming/write(_:until:)``, to check again whether it is interrupted. Any
  /// thread.
  public func wakeWaiting() { session.wake() }

  /// Closes the stream and discards output that has not been played. Does nothing on a closed
  /// stream. Corresponds to `Pa_CloseStream`.
  @available(*, noasync)
  public func close() throws(PortAudioError) { try session.close() }

  /// Starts the stream, calls `body`, then stops and closes the stream, even if `body` throws. The
  /// ancestor's context manager.
  @available(*, noasync)
  @_disfavoredOverload
  public func run<Value>(_ body: () throws -> Value) throws -> Value {
    // Disfavoured, so that a task gets the twin even for a body that awaits nothing.
    try start()
    do {
      let value = try body()
      try stop()
      try close()
      return value
    } catch {
      // The body's error says more than an error of closing that follows from it.
      try? abort()
      try? close()
      throw error
    }
  }

  /// Waits until the stream is inactive and its `finished` has returned: its callback ended it, or
  /// it was stopped.
  ///
  /// Returns at once inside `finished`.
  ///
  /// - Parameter timeout: nil waits without limit.
  /// - Returns: Whether it became inactive in time.
  /// - Throws: `hostLost` if the device was lost; `calledInCallback`.
  @available(*, noasync)
  @discardableResult
  public func wait(timeout: Duration? = nil) throws(PortAudioError) -> Bool {
    let isOver = try session.stream.wait(seconds: timeout?.inSeconds)
    if isOver { try session.checkLoss() }
    return isOver
  }

  /// Whether callbacks are still to come, or the last output is still playing. Corresponds to
  /// `Pa_IsStreamActive`.
  public var isActive: Bool { session.stream.phase == .running }

  /// Whether the stream has not been started, or has been stopped. A stream that its callback ended
  /// is neither active nor stopped. Corresponds to `Pa_IsStreamStopped`.
  public var isStopped: Bool {
    let phase = session.stream.phase
    return phase == .stopped || phase == .closed
  }

  /// Whether the stream is closed.
  public var isClosed: Bool { session.stream.phase == .closed }

  /// Whether the device is lost. All functions of this stream then throw `hostLost`.
  public var isLost: Bool { session.stream.isLost }

  /// Whether the device is lost because its host changed the sample rate.
  public var isRateChanged: Bool { session.stream.isRetuned.isSet }

  /// The stream's clock, in seconds, as in ``CallbackInfo``; 0 if the stream is closed or lost.
  /// Corresponds to `Pa_GetStreamTime`.
  public var time: Double { session.stream.time() ?? 0 }

  /// The callback's share of processor time, 0...1 or above; 0 for blocking streams, and if the
  /// stream is closed or lost. Corresponds to `Pa_GetStreamCpuLoad`.
  public var cpuLoad: Double { session.rings == nil ? session.stream.cpuLoad() ?? 0 : 0 }

  /// The sampling frequency the host granted, in Hz.
  public var sampleRate: Double { session.stream.granted.sampleRate }

  /// Frames per callback as requested; 0 if the host chooses, and may vary it.
  public var blockSize: Int { session.resolved.configuration.blockSize }

  /// Wall time of the first counted callback, in seconds since 1970; nil before it.
  public var startTime: Double? { session.startTime }

  /// The host's period in frames, learned from its callbacks; 0 before the first.
  public var periodFrameCount: Int { session.stream.trampoline.period }

  /// Every frame lost, dropped or inserted since the stream was opened.
  public var losses: LossReport { session.losses }

  /// Takes the gaps that ended since the last call, oldest first. Not for a stream with an
  /// ``InputReader``, which returns them itself.
  public func takeGaps() -> [Gap] { session.takeGaps() }

  /// All flags the host has set since the stream was opened.
  public var flags: CallbackFlags { session.stream.trampoline.flags }

  /// Samples clipped between the stream's sample format and the host's.
  public var clippedSampleCount: Int { session.stream.trampoline.clippedCount }
}

extension AudioStreaming {
  /// Frames from output to input by the latencies that the host reports, to align a recording with
  /// what was played; nil if the stream has one direction, if a latency is unknown or impossible, or
  /// if the host is a sound server, whose figures cover its own buffers only.
  public var reportedRoundTrip: Int? { session.reportedRoundTrip }
}

/// Streams with input.
public protocol AudioInputStreaming: AudioStreaming {}

extension AudioInputStreaming {
  /// The device that samples come from.
  public var inputDevice: Device? { session.resolved.inputDevice }
  /// Input channels as the caller sees them.
  public var inputChannelCount: Int { session.resolved.input?.channelCount ?? 0 }
  /// The sample format of the input as the caller sees it.
  public var inputFormat: SampleFormat { session.resolved.input?.format ?? .float32 }
  /// The input latency that the host reports, in seconds; one block if it reports none.
  public var inputLatency: Double { session.stream.latency(for: .input) }

  /// The capture time of the latest block; nil before the first, and for callback streams.
  public var inputTiming: InputTiming? { session.rings?.inputTiming.latest }

  /// Frames that can be read without waiting; 0 for callback streams. Corresponds to
  /// `Pa_GetStreamReadAvailable`.
  public var readAvailable: Int { session.readableCount }
}

/// Streams with output.
public protocol AudioOutputStreaming: AudioStreaming {}

extension AudioOutputStreaming {
  /// The device that samples go to.
  public var outputDevice: Device? { session.resolved.outputDevice }
  /// Output channels as the caller sees them.
  public var outputChannelCount: Int { session.resolved.output?.channelCount ?? 0 }
  /// The sample format of the output as the caller sees it.
  public var outputFormat: SampleFormat { session.resolved.output?.format ?? .float32 }
  /// The output latency that the host reports, in seconds; one block if it reports none.
  public var outputLatency: Double { session.stream.latency(for: .output) }

  /// Frames that can be written without waiting; 0 for callback streams. Corresponds to
  /// `Pa_GetStreamWriteAvailable`.
  public var writeAvailable: Int { session.rings?.outputRing?.writableCount ?? 0 }

  /// Plays padding until a wall time, in seconds since 1970, and then what was written; at once if
  /// it has passed. For a blocking stream that has not started.
  package func holdOutput(until time: Double) {
    session.rings?.holdOutput(until: Int(time * 1e9))
  }
}
