// The C side of signals: masks, dispositions and the two ways to send one.

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A set of signal numbers, and what can be done with it in the calling thread.
struct SignalSet {
  private var set = sigset_t()

  init(_ signals: [CInt]) {
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
  }

  func block() {
    var copy = set
    unsafe pthread_sigmask(SIG_BLOCK, &copy, nil)
  }

  func unblock() {
    var copy = set
    unsafe pthread_sigmask(SIG_UNBLOCK, &copy, nil)
  }

  /// Waits for one of the set, which every thread must have blocked.
  func wait() -> CInt {
    var copy = set
    var signal: CInt = 0
    while unsafe sigwait(&copy, &signal) != 0 {}
    return signal
  }
}

extension System {
  /// Says whether the signal was ignored when this program was started, `nohup` for one.
  static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let handler = unsafe action.__sigaction_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_u.__sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  static func ignore(_ number: CInt) {
    _ = signal(number, SIG_IGN)
  }

  /// Gives the signal a handler that does nothing, without SA_RESTART: all it does is end a blocked
  /// system call with EINTR.
  static func handleAsInterruption(_ signal: CInt) {
    var action = sigaction()
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_handler = { _ in }
    #else
      unsafe action.__sigaction_u.__sa_handler = { _ in }
    #endif
    _ = unsafe sigaction(signal, &action, nil)
  }

  /// Takes the default action of a signal: for one that ends programs, this is the end.
  ///
  /// The mask is this thread's: libjack for one leaves SIGPIPE blocked in the thread it starts in.
  static func takeDefaultAction(of number: CInt) {
    _ = signal(number, SIG_DFL)
    SignalSet([number]).unblock()
    // Not kill: the thread in sigwait might take what is sent to the process.
    raise(number)
  }

  /// Ends the process by a signal, so that whoever waits for it sees 128+N.
  static func die(of signal: CInt) -> Never {
    takeDefaultAction(of: signal)
    _exit(128 + signal)
  }

  /// Starts a thread that nobody joins.
  package static func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(Thunk(body)).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
      let code = unsafe pthread_create(&thread, nil, { unsafe Thunk.run($0) }, box)
      if code == 0 { pthread_detach(thread) }
    #else
      var thread: pthread_t?
      let code = unsafe pthread_create(&thread, nil, { unsafe Thunk.run($0) }, box)
      if let thread = unsafe thread { unsafe pthread_detach(thread) }
    #endif
    precondition(code == 0, "cannot start a thread: \(systemMessage(code))")
  }

  private final class Thunk {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    static func run(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let box = unsafe box else { return nil }
      unsafe Unmanaged<Thunk>.fromOpaque(box).takeRetainedValue().body()
      return nil
    }
  }
}

/// A thread, to compare and to send signals to while it lives.
@safe struct ThreadHandle: Equatable, @unchecked Sendable {
  // A number on Linux, a pointer nobody dereferences on Darwin.
  private let thread: pthread_t

  #if canImport(Glibc)
    static var current: ThreadHandle { ThreadHandle(thread: pthread_self()) }

    static func == (a: ThreadHandle, b: ThreadHandle) -> Bool {
      pthread_equal(a.thread, b.thread) != 0
    }

    func send(_ signal: CInt) { pthread_kill(thread, signal) }
  #else
    static var current: ThreadHandle { unsafe ThreadHandle(thread: pthread_self()) }

    static func == (a: ThreadHandle, b: ThreadHandle) -> Bool {
      unsafe pthread_equal(a.thread, b.thread) != 0
    }

    func send(_ signal: CInt) { unsafe pthread_kill(thread, signal) }
  #endif
}
