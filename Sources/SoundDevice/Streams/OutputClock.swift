internal import Platform

/// The position of a blocking stream's output, also between two blocks.
///
/// A device takes whole blocks; the time since the last one says how much of it was played.
public struct OutputClock: Sendable, Hashable {
  /// Frames written but not played yet, excluding the host's own latency.
  public var queuedFrameCount: Double
  /// Frames that have passed: played, inserted and padding.
  public var elapsedFrameCount: Double
}

extension AudioOutputStreaming {
  /// The output's current position; nil before the first block, and for callback streams.
  public var outputClock: OutputClock? {
    guard let rings = session.rings, let ring = rings.outputRing else { return nil }
    for _ in 0..<4 {
      let taken = rings.blockTime
      guard taken > 0 else { return nil }
      let queued = ring.readableCount
      let elapsed = losses.output.hostFrameCount
      // A block was taken meanwhile: the values read are inconsistent.
      guard rings.blockTime == taken else { continue }
      let period = Double(periodFrameCount)
      let played = Double(max(0, monotonicNanoseconds() - taken)) / 1e9 * sampleRate
      let left = max(0, period - played)
      return OutputClock(
        queuedFrameCount: Double(queued) + left, elapsedFrameCount: Double(elapsed) - left)
    }
    return nil
  }
}
