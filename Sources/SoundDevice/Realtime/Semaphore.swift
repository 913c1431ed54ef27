internal import CRealtime

/// A counting semaphore that any thread may post without blocking, the audio thread included.
@safe final class Semaphore: @unchecked Sendable {
  // Safe to share: the C object is thread-safe and lives as long as self.
  private let handle: OpaquePointer

  init() {
    guard let handle = unsafe sd_semaphore_create() else { fatalError("out of memory") }
    unsafe self.handle = handle
  }

  deinit { unsafe sd_semaphore_destroy(handle) }

  func post() { unsafe sd_semaphore_post(handle) }

  /// Waits for a post; false if the time is over or a signal comes first.
  @discardableResult
  func wait(seconds: Double) -> Bool {
    unsafe sd_semaphore_wait(handle, Int64(max(0, min(seconds, 1e9)) * 1e9))
  }
}
