/// Finds out what stands in a pipe, and in the ring before it, for no good: frames that were there
/// at every look for a while only make everything later than it need be.
///
/// A reader that begins late, falls behind, or whose clock runs slower leaves such a backlog. As
/// many frames are trimmed.
struct LatencyTrimmer {
  /// Whether the reader has once kept up: what stands from then on is its delay, what stood before
  /// was captured before it began.
  private(set) var hasCaughtUp = false

  private static let window = 16

  private var looks = 0
  private var least = Int.max
  private var toTrim = 0
  private var openGap: LineGap?

  /// Says how many of `count` frames are left out.
  ///
  /// - Parameters:
  ///   - waiting: Frames that wait before the next block is written.
  ///   - blockFrameCount: The host's block: from half of one on a backlog is trimmed, whole.
  mutating func trim(_ count: Int, waiting: () -> Int, blockFrameCount: Int) -> Int {
    if toTrim == 0 { toTrim = look(waiting(), blockFrameCount) }
    let excess = min(toTrim, count)
    guard excess > 0 else { return 0 }
    toTrim -= excess
    openGap = openGap ?? LineGap(cause: hasCaughtUp ? .trimmed : .early, frameCount: 0)
    openGap?.frameCount += excess
    return excess
  }

  /// The frames left out since the last gap, once all of them are, or nothing more follows.
  mutating func takeGap(isOver: Bool = false) -> LineGap? {
    guard toTrim == 0 || isOver else { return nil }
    defer { openGap = nil }
    return openGap
  }

  private mutating func look(_ waiting: Int, _ blockFrameCount: Int) -> Int {
    least = min(least, waiting)
    looks += 1
    guard looks == Self.window else { return 0 }
    let standing = least
    looks = 0
    least = .max
    // What a player needs to go on when frames are late is its own prebuffer, which it has read.
    guard standing * 2 >= blockFrameCount else {
      // Before a reader has begun there is little at first, and more and more.
      if waiting <= blockFrameCount { hasCaughtUp = true }
      return 0
    }
    return standing
  }
}
