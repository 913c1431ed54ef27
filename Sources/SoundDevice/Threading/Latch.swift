/// A condition that becomes true once and stays so, for any number of waiters.
/// Not for the audio thread.
final class Latch: Sendable {
  private let semaphore = Semaphore()
  private let opened = AtomicFlag()

  var isOpen: Bool { opened.isSet }

  func open() {
    opened.set()
    semaphore.post()
  }

  /// False when the time is over first. nil waits without limit.
  func wait(seconds: Double?) -> Bool {
    var remaining = Timeout(seconds: seconds)
    while !isOpen {
      guard let slice = remaining.next() else { return false }
      semaphore.wait(seconds: slice)
    }
    // One post wakes one waiter; each passes it on.
    semaphore.post()
    return true
  }
}
