internal import Platform
internal import Synchronization

/// Lets one message through per interval and counts those it holds back.
///
/// Callable from every thread but the audio thread.
public final class RateLimit: Sendable {
  private struct State {
    var next = 0.0
    var heldBack = 0
  }

  private let interval: Double
  private let state = Mutex(State())

  /// A limit of one message per `interval` seconds; the first passes at once.
  public init(interval: Double = 1) {
    self.interval = interval
  }

  /// Says whether a message may be printed now, and how many were held back since the last one:
  /// nil holds this one back too.
  public func pass() -> Int? {
    pass(at: monotonicSeconds())
  }

  func pass(at now: Double) -> Int? {
    state.withLock { state in
      guard now >= state.next else {
        state.heldBack += 1
        return nil
      }
      state.next = now + interval
      defer { state.heldBack = 0 }
      return state.heldBack
    }
  }

  /// Prints a note unless it is held back; the text may tell how many were, ` (3 more like it)`.
  public func note(_ subject: String, _ text: @autoclosure () -> String) {
    guard let heldBack = pass() else { return }
    Messages.note(subject, heldBack == 0 ? text() : "\(text()) (\(heldBack) more like it before)")
  }
}
