/// Low latency: a stage that skips the unnecessary backlog in the pipe and the ring.
final class TrimmedInput: SegmentSource {
  /// The values that the stage observes.
  struct Watch {
    /// Frames that wait before the next block is written.
    var waiting: () -> Int
    /// Frames per block of the host.
    var blockFrameCount: () -> Int
    /// Whether the run is over, so that the reader gets the rest untrimmed.
    var isOver: () -> Bool
  }

  private let source: any SegmentSource
  private let watch: Watch
  /// Whether only input from before the reader's start is skipped: silence in place of later frames
  /// would be just as late.
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
      // A gap is returned when it is complete, before the frames after it.
      if let gap = trimmer.takeGap(isOver: isOver) {
        held = segment
        return .gap(gap)
      }
      if segment != nil || isOver { return segment }
    }
  }
}
