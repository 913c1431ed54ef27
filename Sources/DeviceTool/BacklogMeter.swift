/// Finds out what stands in a pipe, and in the ring before it, for no good: frames that were there
/// at every look for a while only make everything later than it need be.
///
/// A reader that begins late, or a clock that runs slower, leaves such a backlog. With low latency
/// the recorder passes over as many frames.
struct BacklogMeter {
  private static let window = 16

  private var looks = 0
  private var least = Int.max

  /// Notes how many frames wait before the next block is written.
  ///
  /// - Returns: Frames to pass over: what stands beyond one block. That one may stay, so that a
  ///   player that is a moment late finds something to play.
  mutating func note(waiting: Int, blockFrameCount: Int) -> Int {
    least = min(least, waiting)
    looks += 1
    guard looks == Self.window else { return 0 }
    let standing = least - blockFrameCount
    looks = 0
    least = .max
    guard standing * 2 >= blockFrameCount else { return 0 }
    return standing
  }
}
