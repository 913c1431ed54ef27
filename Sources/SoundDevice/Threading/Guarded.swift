internal import CRealtime
internal import Synchronization

/// A value behind a mutex. Not for the audio thread.
///
/// Wraps the standard `Mutex` and notifies ThreadSanitizer, which cannot see into it.
package struct Guarded<Value>: ~Copyable, Sendable {
  private let mutex: Mutex<Value>
  #if SD_TSAN
    private let token = Token()
  #endif

  package init(_ value: consuming sending Value) { mutex = Mutex(value) }

  package borrowing func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    #if SD_TSAN
      let address = unsafe UnsafeRawPointer(Unmanaged.passUnretained(token).toOpaque())
      return try mutex.withLock { value throws(Failure) in
        unsafe sd_thread_acquired(address)
        defer { unsafe sd_thread_releasing(address) }
        return try body(&value)
      }
    #else
      // Swift 6.2 takes a closure that passes its value on for a race.
      return try mutex.withLock(body)
    #endif
  }
}

#if SD_TSAN
  /// An object with a unique address.
  private final class Token: Sendable {}
#endif
