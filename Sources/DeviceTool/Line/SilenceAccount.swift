/// The silence among written frames, by position, to know how much of it was played.
struct SilenceAccount {
  private var open: [(range: Range<Int>, isPadding: Bool)] = []
  private var closed = (padding: 0, inserted: 0)

  /// - Parameter played: Frames played so far.
  mutating func add(_ range: Range<Int>, isPadding: Bool, played: Int) {
    closed = self.played(upTo: played, whole: true)
    open.removeAll { $0.range.upperBound <= played }
    open.append((range, isPadding))
  }

  /// Frames of silence among the first `frame` frames.
  func played(upTo frame: Int) -> (padding: Int, inserted: Int) {
    played(upTo: frame, whole: false)
  }

  private func played(upTo frame: Int, whole: Bool) -> (padding: Int, inserted: Int) {
    var sum = closed
    for part in open where !whole || part.range.upperBound <= frame {
      let count = max(0, min(part.range.upperBound, frame) - part.range.lowerBound)
      if part.isPadding { sum.padding += count } else { sum.inserted += count }
    }
    return sum
  }
}
