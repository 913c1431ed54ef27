/// Why two buffers cannot be joined or mixed, in one line.
public struct SampleBufferError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The complaint: lower case, no full stop.
  public let description: String
}

extension SampleBuffer {
  /// A copy of some frames, counted from 0: `buffer[frames: 480..<960]`, `buffer[frames: 480...]`.
  public subscript(frames frames: some RangeExpression<Int>) -> SampleBuffer {
    let range = frames.relative(to: 0..<frameCount)
    precondition(0 <= range.lowerBound && range.upperBound <= frameCount, "no such frames")
    let part = samples[(range.lowerBound * channelCount)..<(range.upperBound * channelCount)]
    return SampleBuffer(Array(part), channelCount: channelCount, sampleRate: sampleRate)
  }

  /// Appends the frames of another buffer.
  ///
  /// - Throws: If it has another number of channels, or both rates are known and differ.
  public mutating func append(_ other: SampleBuffer) throws(SampleBufferError) {
    try check(other, "appended to")
    samples += other.samples
    sampleRate = sampleRate ?? other.sampleRate
  }

  /// Replaces one channel, counted from 0, with one sample per frame.
  ///
  /// - Throws: If the number of samples is not ``frameCount``.
  public mutating func replaceChannel(_ channel: Int, with values: some Collection<S>)
    throws(SampleBufferError)
  {
    precondition(0..<channelCount ~= channel, "no such channel")
    guard values.count == frameCount else {
      throw SampleBufferError(
        description: "\(values.count) samples for a channel of \(frameCount) frames")
    }
    for (frame, value) in values.enumerated() { samples[frame * channelCount + channel] = value }
  }

  fileprivate func check(_ other: SampleBuffer, _ verb: String) throws(SampleBufferError) {
    guard other.channelCount == channelCount else {
      throw SampleBufferError(
        description: "\(other.channelCount) channels cannot be \(verb) \(channelCount)")
    }
    guard let rate = sampleRate, let otherRate = other.sampleRate, rate != otherRate else { return }
    throw SampleBufferError(description: "\(otherRate) Hz cannot be \(verb) \(rate) Hz")
  }
}

/// Arithmetic, for floating point only: it neither clips nor rounds to whole steps. Convert integers
/// with ``SampleBuffer/converted(to:dither:)`` first.
extension SampleBuffer where S: BinaryFloatingPoint {
  /// Multiplies all samples.
  public mutating func apply(_ gain: Gain) {
    var span = samples.mutableSpan
    var bytes = unsafe span.mutableBytes
    gain.apply(to: &bytes, format: S.format)
  }

  /// Adds another buffer, from a frame on, counted from 0. Silence fills the space up to it, and
  /// the buffer grows as needed.
  ///
  /// - Throws: If the other has another number of channels, both rates are known and differ, or the
  ///   frame is negative or beyond what a buffer can hold.
  public mutating func mix(_ other: SampleBuffer, atFrame frame: Int = 0, gain: Gain = .unity)
    throws(SampleBufferError)
  {
    try check(other, "mixed into")
    let (start, overflows) = frame.multipliedReportingOverflow(by: channelCount)
    let (end, endOverflows) = start.addingReportingOverflow(other.samples.count)
    guard frame >= 0, !overflows, !endOverflows else {
      throw SampleBufferError(description: "no buffer has a frame \(frame)")
    }
    if end > samples.count {
      samples += repeatElement(.silence, count: end - samples.count)
    }
    let factor = S(gain.factor)
    for index in other.samples.indices { samples[start + index] += other.samples[index] * factor }
    sampleRate = sampleRate ?? other.sampleRate
  }
}

extension SampleBuffer {
  /// One channel of a buffer: one sample per frame. A view, which copies nothing.
  public struct Channel: RandomAccessCollection, Sendable {
    private let samples: [S]
    private let offset: Int
    private let stride: Int

    fileprivate init(_ samples: [S], offset: Int, stride: Int) {
      (self.samples, self.offset, self.stride) = (samples, offset, stride)
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of frames.
    public var endIndex: Int { samples.count / stride }
    /// The sample at a frame, counted from 0.
    public subscript(frame: Int) -> S {
      precondition(0..<endIndex ~= frame, "no such frame")
      return samples[frame * stride + offset]
    }
  }

  /// One channel, counted from 0.
  public func channel(_ channel: Int) -> Channel {
    precondition(0..<channelCount ~= channel, "no such channel")
    return Channel(samples, offset: channel, stride: channelCount)
  }

  /// All channels, in order.
  public var channels: [Channel] { (0..<channelCount).map(channel) }
}
