/// Information about a block for the stream callback.
public struct CallbackInfo: Sendable {
  /// The number of frames in this block, input and output alike.
  public var frameCount: Int
  /// The sample rate requested of the host, in Hz; ``AudioStreaming/sampleRate`` is the actual one.
  public var sampleRate: Double
  /// Samples per frame of the input; 0 if the stream has none.
  public var inputChannelCount: Int
  /// Samples per frame of the output; 0 if the stream has none.
  public var outputChannelCount: Int
  /// When the first input frame was captured, in seconds of the stream's ``AudioStreaming/time``.
  public var inputTime: Double
  /// When the first output frame will be played, in seconds of the stream's clock.
  public var outputTime: Double
  /// When the callback was called, in seconds of the stream's clock.
  public var currentTime: Double
  /// Underflows and overflows before or in this block.
  public var flags: CallbackFlags
  /// The number of frames handed over since the stream was opened, before this block.
  public var position: Int
  /// The wall time of the call where the host's clock is not real time, in nanoseconds since 1970;
  /// otherwise 0.
  var simulatedTime = 0

  /// Creates information about a block, for tests of a callback.
  public init(
    frameCount: Int, sampleRate: Double = 48_000, inputChannelCount: Int = 0,
    outputChannelCount: Int = 0,
    inputTime: Double = 0, outputTime: Double = 0, currentTime: Double = 0,
    flags: CallbackFlags = [], position: Int = 0
  ) {
    self.frameCount = frameCount
    self.sampleRate = sampleRate
    self.inputChannelCount = inputChannelCount
    self.outputChannelCount = outputChannelCount
    self.inputTime = inputTime
    self.outputTime = outputTime
    self.currentTime = currentTime
    self.flags = flags
    self.position = position
  }
}

/// A stream callback's request for what follows.
public enum CallbackResult: Sendable {
  /// Call again for the next block. Corresponds to `paContinue`.
  case `continue`
  /// Do not call again; play all output including this block, then finish. The ancestor's
  /// `CallbackStop`; corresponds to `paComplete`.
  case complete
  /// Do not call again; discard pending output and finish at once. The ancestor's `CallbackAbort`;
  /// corresponds to `paAbort`.
  case abort
}
