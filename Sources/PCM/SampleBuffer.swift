/// Sound in memory: frames × channels of one sample type, interleaved.
public struct SampleBuffer<S: Sample>: Sendable {
  /// Samples per frame.
  public let channelCount: Int

  /// Frames per second, in Hz; nil if unknown.
  public var sampleRate: Double?

  /// All samples, interleaved. Keep their count a multiple of `channelCount`.
  public var samples: [S]

  /// Creates silence: `frameCount` × `channelCount`.
  public init(frameCount: Int, channelCount: Int = 1, sampleRate: Double? = nil) {
    self.init(
      [S](repeating: .silence, count: frameCount * channelCount), channelCount: channelCount,
      sampleRate: sampleRate)
  }

  /// Wraps interleaved samples, whose count must be a multiple of `channelCount`.
  public init(_ samples: [S], channelCount: Int = 1, sampleRate: Double? = nil) {
    precondition(channelCount > 0, "a buffer has at least one channel")
    precondition(samples.count.isMultiple(of: channelCount), "a buffer holds whole frames")
    self.samples = samples
    self.channelCount = channelCount
    self.sampleRate = sampleRate
  }

  /// Frames in the buffer.
  public var frameCount: Int { samples.count / channelCount }

  /// The sample at a frame and a channel, both counted from 0.
  public subscript(frame: Int, channel: Int) -> S {
    get { samples[index(frame, channel)] }
    set { samples[index(frame, channel)] = newValue }
  }

  /// The same sound as another sample type.
  ///
  /// An integer target clips floating point beyond ±1. `dither` adds noise of ±1 least significant
  /// bit where the target has fewer bits.
  public func converted<T: Sample>(to type: T.Type, dither: Bool = false) -> SampleBuffer<T> {
    var result = SampleBuffer<T>(
      frameCount: frameCount, channelCount: channelCount, sampleRate: sampleRate)
    var converter = SampleConverter(
      from: SampleEncoding(S.format), to: SampleEncoding(T.format), dither: dither)
    var target = result.samples.mutableSpan
    converter.convert(samples.span, into: &target)
    return result
  }

  private func index(_ frame: Int, _ channel: Int) -> Int {
    precondition(0..<channelCount ~= channel, "no such channel")
    return frame * channelCount + channel
  }
}

extension SampleBuffer: Equatable where S: Equatable {}
extension SampleBuffer: Hashable where S: Hashable {}
