/// How long it has been quiet since something was heard.
struct QuietLimit {
  private let limit: Int
  /// Quiet frames since the last loud one; nil before the first.
  private var quiet: Int?

  /// - Parameter limit: Quiet frames after which the limit is reached.
  init(limit: Int) { self.limit = limit }

  /// Whether it has been quiet for long enough.
  var isReached: Bool { quiet.map { $0 >= limit } ?? false }

  /// Takes loud frames.
  mutating func take(loud count: Int) { if count > 0, !isReached { quiet = 0 } }

  /// Takes quiet or missing frames, and returns how many of them come before the limit.
  mutating func take(quiet count: Int) -> Int {
    guard let quiet else { return count }
    let taken = min(count, limit - quiet)
    self.quiet = quiet + taken
    return taken
  }
}
