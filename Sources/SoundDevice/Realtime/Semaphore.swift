internal import CRealtime

/// A counting semaphore that any thread, the audio thread too, may post without being held up.
@safe final class Semaphore: @unchecked Sendable {
  // Safe to share: the C object is made for use from several threads and lives as long as self.
  private let handle: OpaquePointer

  init() {
    guard let handle = unsafe sd_semaphore_create() else { fatalError("out of memory") }
    unsafe self.handle = handle
  }

  deinit { unsafe sd_semaphore_destroy(handle) }

  func post() { unsafe sd_semaphore_post(handle) }

  /// False when the time is over, or a signal came, before a post.
  @discardableResult
  func wait(seconds: Double) -> Bool {
    unsafe sd_semaphore_wait(handle, Int64(max(0, min(seconds, 1e9)) * 1e9))
  }
}

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
    var patience = Patience(seconds: seconds)
    while !isOpen {
      guard let slice = patience.next() else { return false }
      semaphore.wait(seconds: slice)
    }
    // One post wakes one waiter; each passes it on.
    semaphore.post()
    return true
  }
}

/// Splits a wait into slices of at most a tenth of a second and counts them, not the clock: a
/// process that was stopped or suspended meanwhile has waited one slice, however late it wakes.
struct Patience {
  private static let slice = 0.1
  private var left: Double?
  private var sliceStart: Int64 = 0
  private var given = 0.0

  init(seconds: Double?) { left = seconds }

  /// How long to wait next; nil when the time is over.
  mutating func next() -> Double? {
    let now = sd_monotonic_nanoseconds()
    if let left {
      let waited = sliceStart == 0 ? 0 : min(Double(now - sliceStart) / 1e9, given)
      self.left = left - waited
      guard left - waited > 1e-6 else { return nil }
    }
    sliceStart = now
    given = min(Self.slice, left ?? Self.slice)
    return given
  }
}

/// Seconds of the monotonic clock.
func monotonicSeconds() -> Double { Double(sd_monotonic_nanoseconds()) / 1e9 }
