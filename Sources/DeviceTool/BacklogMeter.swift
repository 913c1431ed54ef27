/// Finds out what stands in a pipe, and in the ring before it, for no good: frames that were there
/// at every look for a while only make everything later than it need be.
///
/// A reader that begins late, or was held up, or whose clock runs slower, leaves such a backlog.
/// With low latency the recorder passes over as many frames.
struct BacklogMeter {
  /// Whether the reader has once kept up: what stands from then on is the reader's delay, what
  /// stood before was captured before it began.
  private(set) var isSettled = false

  private static let window = 16

  private var looks = 0
  private var least = Int.max

  /// Notes how many frames wait before the next block is written.
  ///
  /// - Returns: Frames to pass over: all that stands, from half a block on. What a player needs to
  ///   go on when frames are late is its own cushion, which it has read.
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
