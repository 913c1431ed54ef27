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
