/// A thread, to compare with others and, while it lives, to send signals to.
@safe public struct ThreadHandle: Equatable, @unchecked Sendable {
  // A number on Linux, a pointer that is never dereferenced on Darwin.
  private let thread: pthread_t

  #if canImport(Darwin)
    /// The calling thread.
    public static var current: ThreadHandle { unsafe ThreadHandle(thread: pthread_self()) }

    /// Corresponds to `pthread_equal`.
    public static func == (a: ThreadHandle, b: ThreadHandle) -> Bool {
      unsafe pthread_equal(a.thread, b.thread) != 0
    }

    /// Corresponds to `pthread_kill`.
    public func send(_ signal: CInt) { unsafe pthread_kill(thread, signal) }
  #else
    /// The calling thread.
    public static var current: ThreadHandle { ThreadHandle(thread: pthread_self()) }

    /// Corresponds to `pthread_equal`.
    public static func == (a: ThreadHandle, b: ThreadHandle) -> Bool {
      pthread_equal(a.thread, b.thread) != 0
    }

    /// Corresponds to `pthread_kill`.
    public func send(_ signal: CInt) { pthread_kill(thread, signal) }
  #endif
}
