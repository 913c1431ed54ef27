internal import SoundTool

/// A stage that discards what was captured before a wall time, to the frame.
final class StartingAt: SegmentSource {
  private let source: any SegmentSource
  private let time: Double
  private var hasBegun = false
  private var held: Segment?

  /// - Parameter time: In seconds since 1970-01-01 00:00 UTC.
  init(_ source: any SegmentSource, time: Double) {
    self.source = source
    self.time = time
  }

  func next() -> Segment? {
    if let held = held.take() { return held }
    let segment = source.next()
    guard !hasBegun else { return segment }
    switch segment {
    case .frames(let frames): return begin(frames)
    case .gap(var gap):
      gap.isBetweenEvents = true
      return .gap(gap)
    default: return segment
    }
  }

  private func begin(_ frames: Frames) -> Segment {
    let early = frames.captured.map { Int(((time - $0) * frames.rate).rounded()) } ?? 0
    hasBegun = early < frames.count
    guard early > 0 else { return .frames(frames) }
    if hasBegun { held = .frames(frames.dropFirst(early)) }
    return .gap(LineGap(cause: .unwanted, frameCount: min(early, frames.count)))
  }
}
