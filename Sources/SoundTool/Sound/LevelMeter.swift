internal import PCM

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The peak of each channel, of raw samples in any encoding. One thread at a time.
public struct LevelMeter {
  private let channelCount: Int
  private var converter: SampleConverter
  private let samples = Scratch()
  private var peaks: [Float]

  /// A meter for samples of this format.
  public init(_ format: StreamFormat) {
    channelCount = format.channelCount
    converter = SampleConverter(
      from: format.encoding, to: SampleEncoding(.float32), dither: false)
    peaks = Array(repeating: 0, count: format.channelCount)
  }

  /// Takes in whole frames.
  public mutating func measure(_ frames: RawSpan) {
    let count = frames.byteCount / converter.from.byteCount
    let byteCount = count * MemoryLayout<Float>.size
    samples.withMutableBytes(byteCount) { converter.convert(frames, into: &$0) }
    samples.withBytes(byteCount) { bytes in
      for index in 0..<count {
        let value = abs(
          unsafe bytes.unsafeLoad(
            fromByteOffset: index * MemoryLayout<Float>.size, as: Float.self))
        if value > peaks[index % channelCount] { peaks[index % channelCount] = value }
      }
    }
  }

  /// The peaks since the last call, one per channel, in decibels below full scale (minus infinity
  /// for silence).
  public mutating func takeDecibels() -> [Double] {
    defer { for channel in peaks.indices { peaks[channel] = 0 } }
    return peaks.map { 20 * log10(Double($0)) }
  }
}
