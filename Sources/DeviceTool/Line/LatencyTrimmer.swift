/// Measures the unnecessary backlog in a pipe and the ring before it: frames that were there at
/// every check for a while only add latency.
///
/// A reader that starts late, falls behind or has a slower clock leaves such a backlog, which is
/// then trimmed.
struct LatencyTrimmer {
  /// Whether the reader has caught up once: a backlog after that is its delay, one before it was
  /// captured before the reader started.
  private(set) var hasCaughtUp = false

  private static let window = 16

  private var looks = 0
  private var minWaiting = Int.max
  private var toTrim = 0
  private var openGap: LineGap?

  /// Returns how many of `count` frames to skip.
  ///
  /// - Parameters:
  ///   - waiting: Frames that wait before the next block is written.
  ///   - blockFrameCount: The host's block; a backlog of half a block or more is trimmed,
  ///     completely.
  mutating func trim(_ count: Int, waiting: () -> Int, blockFrameCount: Int) -> Int {
    if toTrim == 0 { toTrim = look(waiting(), blockFrameCount) }
    let excess = min(toTrim, count)
    guard excess > 0 else { return 0 }
    toTrim -= excess
    openGap = openGap ?? LineGap(cause: hasCaughtUp ? .trimmed : .early, frameCount: 0)
    openGap?.frameCount += excess
    return excess
  }

  /// The frames skipped since the last gap, once all are skipped or nothing more follows.
  mutating func takeGap(isOver: Bool = false) -> LineGap? {
    guard toTrim == 0 || isOver else { return nil }
    defer { openGap = nil }
    return openGap
  }

  private mutating func look(_ waiting: Int, _ blockFrameCount: Int) -> Int {
    minWaiting = min(minWaiting, waiting)
    looks += 1
    guard looks == Self.window else { return 0 }
    let standing = minWaiting
    looks = 0
    minWaiting = .max
    // A player's own prebuffer, which it has already read, covers late frames.
    guard standing * 2 >= blockFrameCount else {
      // Before a reader has started there is little at first, then more and more.
      if waiting <= blockFrameCount { hasCaughtUp = true }
      return 0
    }
    return standing
  }
}
