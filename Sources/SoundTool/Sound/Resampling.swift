internal import PCM
internal import Resampler

/// A rate converter and its pending input. One thread at a time.
final class Resampling {
  private var converter: RateConverter
  private let bytesPerFrame: Int
  /// Samples that were not finite.
  private(set) var repairedCount = 0
  private var waiting: Scratch?
  private var frames = 0..<0

  init(
    from inputRate: Double, to outputRate: Double, channelCount: Int, encoding: SampleEncoding
  ) throws(ToolError) {
    bytesPerFrame = channelCount * encoding.byteCount
    let isWide = encoding.byteCount == 8
    do {
      converter = try RateConverter(
        from: inputRate, to: outputRate, channelCount: channelCount,
        format: isWide ? .float64 : .float32, quality: isWide ? .veryHigh : .high)
    } catch {
      throw .failure("", error.description)
    }
  }

  /// Pending frames.
  var waitingCount: Int { frames.count }

  /// Sets the frames to convert next; they stay in place until then.
  func wait(for samples: Scratch, sampleCount: Int) {
    precondition(frames.isEmpty, "the frames before have been taken")
    switch converter.format {
    case .float64: samples.withMutableSamples(Double.self, count: sampleCount) { repair(&$0) }
    default: samples.withMutableSamples(Float.self, count: sampleCount) { repair(&$0) }
    }
    waiting = samples
    frames = 0..<sampleCount * converter.format.byteCount / bytesPerFrame
  }

  /// Replaces NaN by silence and infinity by full scale: each would spoil all frames that are
  /// computed from it.
  @inline(__always)
  private func repair<T: BinaryFloatingPoint & BitwiseCopyable>(_ samples: inout MutableSpan<T>) {
    for index in samples.indices where !samples[index].isFinite {
      samples[index] = samples[index].isNaN ? 0 : samples[index] > 0 ? 1 : -1
      repairedCount += 1
    }
  }

  /// Fills `target` with at most `capacity` frames. 0 means that it needs more input or, after the
  /// last (`isEnding`), that there are no more.
  func resample(
    into target: Scratch, capacity: Int, isEnding: Bool
  ) throws(ToolError) -> Int {
    do {
      guard let waiting, !frames.isEmpty else {
        guard isEnding else { return 0 }
        return try target.withMutableBytes(capacity * bytesPerFrame) {
          output throws(RateConverterError) in try converter.finish(into: &output)
        }
      }
      let range = frames.lowerBound * bytesPerFrame..<frames.upperBound * bytesPerFrame
      let (consumed, produced) = try waiting.withBytes(
        range, into: target, capacity * bytesPerFrame
      ) { input, output throws(RateConverterError) in
        try converter.convert(input, into: &output)
      }
      frames = frames.lowerBound + consumed..<frames.upperBound
      return produced
    } catch {
      throw .failure("", error.description)
    }
  }
}
