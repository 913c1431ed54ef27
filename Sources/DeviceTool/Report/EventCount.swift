/// The events of a recording, and the frames between them.
struct EventCount: Equatable {
  /// Events so far.
  private(set) var count = 0
  /// Frames discarded between them.
  private(set) var untriggered = 0
  private var sinceLast = 0

  /// Counts frames that belong to no event.
  mutating func discard(_ frameCount: Int) {
    untriggered += frameCount
    sinceLast += frameCount
  }

  /// Counts the beginning or the end of an event, and returns the frames discarded since the last
  /// one.
  mutating func mark(_ mark: Mark) -> Int {
    guard mark.isBegin else { return 0 }
    count += 1
    defer { sinceLast = 0 }
    return sinceLast
  }
}
