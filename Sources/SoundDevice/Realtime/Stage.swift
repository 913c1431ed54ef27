/// The stage of a stream's run. Only the audio thread changes it while callbacks run.
enum Stage: Equatable {
  /// In the host's first period, which does not count.
  case awaiting
  case running
  /// This many frames of silence are still to be handed over, so that the last frame has been
  /// played when the stream ends.
  case draining(Int)
  case ended

  /// Counts frames of silence that were handed over.
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
