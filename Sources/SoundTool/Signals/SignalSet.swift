// The C side of signals: masks, dispositions and the two ways to raise one.

internal import Platform

/// A set of signal numbers; its methods act on the calling thread.
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

  /// Waits for one of the signals, which must be blocked in every thread.
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

  /// Takes the default action of a signal, which may end the program.
  ///
  /// Unblocks it in this thread first: libjack, for example, leaves SIGPIPE blocked in its caller's
  /// thread.
  static func takeDefaultAction(of number: CInt) {
    _ = signal(number, SIG_DFL)
    SignalSet([number]).unblock()
    // Not kill: the thread in sigwait might take a signal sent to the process.
    raise(number)
  }

  /// Ends the process by a signal, so that its parent sees 128+N.
  static func die(of signal: CInt) -> Never {
    takeDefaultAction(of: signal)
    _exit(128 + signal)
  }
}
