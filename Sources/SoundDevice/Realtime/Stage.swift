/// Where a run of a stream stands. The audio thread alone changes it while callbacks run.
enum Stage: Equatable {
  /// In the host's first period, nothing of which counts.
  case awaiting
  case running
  /// So many frames of silence are still to be handed over, so that the last frame has been played
  /// when the stream ends.
  case draining(Int)
  case ended

  /// So many frames of silence were handed over.
  mutating func drain(_ count: Int) {
    guard case .draining(let left) = self else { return }
    self = .draining(left - count)
  }

  /// Whether the callback wants no more, and nothing is left to hand over.
  var isOver: Bool {
    switch self {
    case .draining(let left): left <= 0
    case .ended: true
    case .awaiting, .running: false
    }
  }
}
