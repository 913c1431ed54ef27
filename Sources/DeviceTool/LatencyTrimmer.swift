internal import SoundDevice

/// Finds out what stands in a pipe, and in the ring before it, for no good: frames that were there
/// at every look for a while only make everything later than it need be.
///
/// A reader that begins late, or was held up, or whose clock runs slower, leaves such a backlog.
/// With low latency the recorder passes over as many frames.
struct LatencyTrimmer {
  /// Whether the reader has once kept up: what stands from then on is the reader's delay, what
  /// stood before was captured before it began.
  private(set) var isSettled = false

  /// Frames passed over before the reader kept up, and since.
  private(set) var skipped = (early: 0, late: 0)

  private static let window = 16

  private var looks = 0
  private var least = Int.max
  private var toSkip = 0
  private var openGap: Gap?

  /// Says how many of `count` frames, the first of which stands at `position`, are passed over.
  ///
  /// - Parameter waiting: Frames that wait before the next block is written.
  mutating func skip(
    of count: Int, at position: Int, waiting: () -> Int, blockFrameCount: Int
  ) -> Int {
    if toSkip == 0 { toSkip = note(waiting: waiting(), blockFrameCount: blockFrameCount) }
    let excess = min(toSkip, count)
    toSkip -= excess
    if !isSettled {
      skipped.early += excess
    } else if excess > 0 {
      openGap =
        openGap ?? Gap(inputDroppedAt: position - skipped.early - skipped.late)
      openGap?.frameCount += excess
      skipped.late += excess
    }
    return excess
  }

  /// What has been passed over since the reader kept up, once it is whole or nothing more follows.
  mutating func takeDropped(atEnd: Bool = false) -> Gap? {
    guard toSkip == 0 || atEnd else { return nil }
    defer { openGap = nil }
    return openGap
  }

  /// Notes how many frames wait before the next block is written.
  ///
  /// - Returns: Frames to pass over: all that stands, from half a block on. What a player needs to
  ///   go on when frames are late is its own prebuffer, which it has read.
  mutating func note(waiting: Int, blockFrameCount: Int) -> Int {
    least = min(least, waiting)
    looks += 1
    guard looks == Self.window else { return 0 }
    let standing = least
    looks = 0
    least = .max
    guard standing * 2 >= blockFrameCount else {
      // Before a reader has begun there is little at first, and more and more.
      if waiting <= blockFrameCount { isSettled = true }
      return 0
    }
    return standing
  }
}
