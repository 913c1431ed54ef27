/// Measures each channel's peak and RMS level since the last reset.
///
/// Only `init` allocates; updates may run on the audio thread.
public struct LevelMeter: Sendable {
  private var peaks: [Float]
  private var squares: [Double]

  /// Frames measured since the last reset.
  public private(set) var frameCount = 0

  /// Creates a meter for frames of `channelCount` samples.
  public init(channelCount: Int) {
    precondition(channelCount > 0, "a frame has at least one channel")
    peaks = [Float](repeating: 0, count: channelCount)
    squares = [Double](repeating: 0, count: channelCount)
  }

  /// Samples per frame.
  public var channelCount: Int { peaks.count }

  /// The peak magnitude of a channel, counted from 0: full scale is 1; 0 without frames.
  public func peak(_ channel: Int) -> Double { Double(peaks[channel]) }

  /// The root mean square of a channel, counted from 0: 0 without frames.
  public func rms(_ channel: Int) -> Double {
    frameCount == 0 ? 0 : (squares[channel] / Double(frameCount)).squareRoot()
  }

  /// Starts over, with no frames.
  public mutating func reset() {
    for channel in peaks.indices {
      peaks[channel] = 0
      squares[channel] = 0
    }
    frameCount = 0
  }

  /// Measures interleaved whole frames. NaN counts as silence.
  public mutating func update(_ samples: Span<Float>) {
    precondition(samples.count.isMultiple(of: channelCount), "the samples are whole frames")
    frameCount += samples.count / channelCount
    unsafe samples.withUnsafeBufferPointer { unsafe add($0, from: 0) }
  }

  /// Measures interleaved whole frames of any encoding. NaN counts as silence.
  public mutating func update(_ bytes: RawSpan, encoding: SampleEncoding) {
    let count = bytes.byteCount / encoding.byteCount
    precondition(
      bytes.byteCount.isMultiple(of: encoding.byteCount * channelCount),
      "the bytes are whole frames")
    frameCount += count / channelCount
    var converter = SampleConverter(from: encoding, to: SampleEncoding(.float32), dither: false)
    // The compiler keeps a constant 1024 bytes or less on the stack.
    unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { scratch in
      var start = 0
      while start < count {
        let chunk = min(count - start, 256)
        let range = start * encoding.byteCount..<(start + chunk) * encoding.byteCount
        var target = unsafe scratch.mutableBytes
        converter.convert(bytes.extracting(range), into: &target)
        let floats = unsafe scratch.bindMemory(to: Float.self)
        unsafe add(UnsafeBufferPointer(start: floats.baseAddress, count: chunk), from: start)
        start += chunk
      }
    }
  }

  /// Adds samples, the first of which has index `start` in whole frames.
  private mutating func add(_ samples: UnsafeBufferPointer<Float>, from start: Int) {
    var channel = start % channelCount
    for index in 0..<samples.count {
      let value = unsafe samples[index].number
      if value.magnitude > peaks[channel] { peaks[channel] = value.magnitude }
      squares[channel] += Double(value) * Double(value)
      channel += 1
      if channel == channelCount { channel = 0 }
    }
  }

  /// A level in decibels relative to full scale: 0 for 1, minus infinity for 0.
  public static func decibels(_ level: Double) -> Double { Gain(factor: level).decibels }
}
