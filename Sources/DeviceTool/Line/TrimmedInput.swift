/// Low latency: a stage that leaves out what stands in the pipe and the ring for no good.
final class TrimmedInput: SegmentSource {
  /// What the stage looks at.
  struct Watch {
    /// Frames that wait before the next block is written.
    var waiting: () -> Int
    /// The host's block.
    var blockFrameCount: () -> Int
    /// Whether the run is over, so that the rest is for the reader as it is.
    var isOver: () -> Bool
  }

  private let source: any SegmentSource
  private let watch: Watch
  /// Whether only what came before the reader is left out: silence in place of frames that were
  /// dropped later would be as late.
  private let isEarlyOnly: Bool
  private var trimmer = LatencyTrimmer()
  private var held: Segment?

  init(_ source: any SegmentSource, isEarlyOnly: Bool, _ watch: Watch) {
    self.source = source
    self.isEarlyOnly = isEarlyOnly
    self.watch = watch
  }

  func next() -> Segment? {
    while true {
      if let held = held.take() { return held }
      var segment = source.next()
      let trims = !watch.isOver() && !(isEarlyOnly && trimmer.hasCaughtUp)
      var isOver = true
      if trims, case .frames(let frames) = segment {
        let excess = trimmer.trim(
          frames.count, waiting: watch.waiting, blockFrameCount: watch.blockFrameCount())
        isOver = excess < frames.count
        segment = isOver ? .frames(frames.dropFirst(excess)) : nil
      }
      // A gap is given when it is whole, before what follows it.
      if let gap = trimmer.takeGap(isOver: isOver) {
        held = segment
        return .gap(gap)
      }
      if segment != nil || isOver { return segment }
    }
  }
}
