// The C side of signals: masks, dispositions and the two ways to send one.

internal import Platform

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
  static func ignore(_ number: CInt) {
    _ = signal(number, SIG_IGN)
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
}
