internal import Platform
internal import Synchronization

/// Lets one message through per interval and counts the others.
///
/// Any thread except the audio thread.
public final class RateLimit: Sendable {
  private struct State {
    var next = 0.0
    var heldBack = 0
  }

  private let interval: Double
  private let state = Mutex(State())

  /// Creates a limit of one message per `interval` seconds; the first one passes at once.
  public init(interval: Double = 1) {
    self.interval = interval
  }

  /// Returns how many messages were suppressed since the last one if a message may be printed now,
  /// or nil to suppress this one too.
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

  /// Prints a note unless it is suppressed, adding how many were: ` (3 more like it)`.
  public func note(_ subject: String, _ text: @autoclosure () -> String) {
    guard let heldBack = pass() else { return }
    Messages.note(subject, heldBack == 0 ? text() : "\(text()) (\(heldBack) more like it before)")
  }
}
