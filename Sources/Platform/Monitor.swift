/// A value that threads share, and wait on each other to change.
///
/// Corresponds to `pthread_mutex_t` and `pthread_cond_t`. Any thread except the audio thread.
@safe public final class Monitor<Value>: @unchecked Sendable {
  // Safe to share: the mutex protects the value.
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  /// Creates a monitor of `value`.
  public init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe changed = .allocate(capacity: 1)
    unsafe changed.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Calls `body` alone with the value, and wakes the threads that wait for a change.
  public func withLock<R>(_ body: (inout Value) -> R) -> R {
    wait { body(&$0) }
  }

  /// Calls `body` with the value, again after each change, until it returns something.
  public func wait<R>(until body: (inout Value) -> R?) -> R {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(changed)
      unsafe pthread_mutex_unlock(mutex)
    }
    while true {
      if let result = body(&value) { return result }
      unsafe pthread_cond_wait(changed, mutex)
    }
  }
}
