internal import Platform

/// Where the output of a blocking stream stands, between two blocks too.
///
/// A device takes whole blocks; what it plays of one is told from the time since it took that.
public struct OutputClock: Sendable, Hashable {
  /// Frames written and not played yet, without the host's own latency.
  public var queuedFrameCount: Double
  /// Frames that have gone by: played, inserted and padding.
  public var elapsedFrameCount: Double
}

extension AudioOutputStreaming {
  /// Where the output stands now; nil before the first block, and for callback streams.
  public var outputClock: OutputClock? {
    guard let rings = session.rings, let ring = rings.outputRing else { return nil }
    for _ in 0..<4 {
      let taken = rings.blockTime
      guard taken > 0 else { return nil }
      let queued = ring.readableCount
      let elapsed = losses.output.hostFrameCount
      // A block was taken meanwhile: what was read does not belong together.
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
