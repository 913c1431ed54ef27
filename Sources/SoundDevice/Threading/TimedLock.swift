internal import Synchronization

/// A lock with a time limit. Not for the audio thread.
final class TimedLock: Sendable {
  private let isTaken = AtomicFlag()
  private let waiting = Atomic<Int>(0)
  private let left = Semaphore()

  /// Takes the lock; false if the time is over first, or `interrupted` says so. nil waits without
  /// limit.
  func take(timeout: Double?, until interrupted: () -> Bool = { false }) -> Bool {
    var remaining = Timeout(seconds: timeout)
    return take(&remaining, until: interrupted)
  }

  /// Takes the lock within a time of which the caller needs the rest; false as above.
  func take(_ remaining: inout Timeout, until interrupted: () -> Bool) -> Bool {
    guard isTaken.testAndSet() else { return true }
    waiting.add(1, ordering: .sequentiallyConsistent)
    defer { waiting.subtract(1, ordering: .relaxed) }
    while isTaken.testAndSet() {
      guard !interrupted(), let slice = remaining.next() else { return false }
      left.wait(seconds: slice)
    }
    return true
  }

  /// Releases the lock.
  func leave() {
    isTaken.set(false)
    // A waiter that this does not see yet checks again after one slice of its timeout.
    if waiting.load(ordering: .sequentiallyConsistent) > 0 { left.post() }
  }
}
