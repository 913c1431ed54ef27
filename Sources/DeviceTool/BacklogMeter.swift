/// Finds out what stands in a pipe, and in the ring before it, for no good: frames that were there
/// at every look for a while only make everything later than it need be.
///
/// A reader that begins late, or a clock that runs slower, leaves such a backlog. With low latency
/// the recorder passes over as many frames.
struct BacklogMeter {
  private static let window = 16

  private var looks = 0
  private var least = Int.max
  private var hasCaughtUp = false

  /// Notes how many frames wait before the next block is written.
  ///
  /// - Returns: Frames to pass over. At first everything that stands; after that a block may stay,
  ///   as that is what a player that once ran dry keeps for its cushion.
  mutating func note(waiting: Int, blockFrameCount: Int) -> Int {
    least = min(least, waiting)
    looks += 1
    guard looks == Self.window else { return 0 }
    let standing = hasCaughtUp ? least - blockFrameCount : least
    looks = 0
    least = .max
    guard standing * 2 >= blockFrameCount else { return 0 }
    hasCaughtUp = true
    return standing
  }
}
