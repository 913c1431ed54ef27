// One thread takes every signal with sigwait, so no handler ever interrupts other code. It sets a
// flag, calls the wake-up hooks, and starts a second thread that interrupts blocked system calls
// until the program ends.

internal import Platform
internal import Synchronization

/// Handles this process's signals: calls the registered hooks and interrupts blocked system calls.
///
/// INT, TERM and HUP ask the program to stop; another of them more than half a second later ends it
/// at once. USR1 prints a status line, USR2 calls the split hook, and TSTP calls the pause hooks
/// and stops the process. A signal inherited as ignored stays ignored. Any thread except the audio
/// thread.
public final class SignalCenter: Sendable {
  /// The only instance: signals belong to the process.
  public static let shared = SignalCenter()

  /// The signal that interrupts a blocked system call; the system ignores it by default.
  static let interruption = SIGURG

  /// Seconds until a program that was asked to stop is killed: before its main thread notices (it
  /// may hang in a library), and after (it may be completing a file).
  static let grace = (unnoticed: 1.0, noticed: 10.0)

  private struct BlockedThread {
    let id: Int
    let thread: ThreadHandle
    let grace: Double
  }

  private struct State {
    var mainThread: ThreadHandle?
    var stopTime: Double?
    var noticed = false
    var wakeUps: [@Sendable () -> Void] = []
    var statusLine: (@Sendable () -> String)?
    var split: (@Sendable () -> Void)?
    var pauses: [(pause: @Sendable () -> Void, resume: @Sendable () -> Void)] = []
    var blocked: [BlockedThread] = []
    var nextID = 0
  }

  private let stopNumber = Atomic<CInt>(0)
  private let pipeWasIgnored = Atomic<Bool>(false)
  private let state = Mutex(State())

  init() {}

  // MARK: Start

  /// Blocks the signals and starts the thread that takes them. The main thread calls this once,
  /// before any other thread exists, because threads inherit the mask.
  func start() {
    pipeWasIgnored.store(SignalDisposition.isIgnored(SIGPIPE), ordering: .relaxed)
    // Writing to a pipe without a reader, or beyond the file-size limit, is an error to report.
    System.ignore(SIGPIPE)
    System.ignore(SIGXFSZ)
    SignalDisposition.handleAsInterruption(Self.interruption)
    SignalSet([Self.interruption]).unblock()
    state.withLock { $0.mainThread = .current }
    let handled = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP].filter {
      !SignalDisposition.isIgnored($0)
    }
    guard !handled.isEmpty else { return }
    SignalSet(handled).block()
    startThread(named: "sd-signals") {
      let set = SignalSet(handled)
      while true { self.take(set.wait()) }
    }
  }

  /// Whether the parent had SIGPIPE ignored; a broken pipe is then an error.
  public var inheritedIgnoredPipe: Bool { pipeWasIgnored.load(ordering: .relaxed) }

  // MARK: Stopping

  /// The signal that asked the program to stop, if one has.
  public var stopSignal: CInt? {
    let number = stopNumber.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }

  /// Whether a signal has asked the program to stop.
  public var isStopping: Bool { stopSignal != nil }

  /// Seconds since the program was asked to stop, or nil if it was not.
  public var stoppingTime: Double? {
    state.withLock { state in state.stopTime.map { monotonicSeconds() - $0 } }
  }

  /// Throws `stopped` if the program was asked to stop. Loops that do not read or write pipes call
  /// this once per block.
  public func checkStop() throws(ToolError) {
    guard isStopping else { return }
    noticeStop()
    throw .stopped
  }

  /// Records that the main thread knows of the stop and is on its way out. Calls from other threads
  /// have no effect: the main thread is the one that may hang in a library.
  public func noticeStop() {
    state.withLock { state in
      if state.mainThread == .current { state.noticed = true }
    }
  }

  // MARK: Hooks, called on the signal thread

  /// Adds a hook that is called when the program is asked to stop, or at once if it already was. It
  /// wakes a thread that waits on its own semaphore.
  public func onStop(_ wakeUp: @escaping @Sendable () -> Void) {
    let late = state.withLock { state in
      state.wakeUps.append(wakeUp)
      return state.stopTime != nil
    }
    if late { wakeUp() }
  }

  /// Sets the hook that returns the line for USR1.
  public func onStatus(_ line: @escaping @Sendable () -> String) {
    state.withLock { $0.statusLine = line }
  }

  /// Sets the hook for USR2. Without one, USR2 keeps its default action.
  public func onSplit(_ split: @escaping @Sendable () -> Void) {
    state.withLock { $0.split = split }
  }

  /// Adds a pair of hooks: `pause` is called before TSTP stops the process, `resume` after CONT
  /// continues it.
  public func onPause(
    _ pause: @escaping @Sendable () -> Void, resume: @escaping @Sendable () -> Void
  ) {
    state.withLock { $0.pauses.append((pause, resume)) }
  }

  // MARK: Blocked threads

  /// Runs `body`, a system call that may block. Starting `grace` seconds after a stop, it is
  /// interrupted (EINTR) repeatedly until it returns.
  public func interruptible<R: ~Copyable, E: Error>(
    grace: Double = 0, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let id = state.withLock { state in
      state.nextID += 1
      state.blocked.append(BlockedThread(id: state.nextID, thread: .current, grace: grace))
      return state.nextID
    }
    defer { state.withLock { state in state.blocked.removeAll { $0.id == id } } }
    return try body()
  }

  // MARK: The signal thread

  private func take(_ signal: CInt) {
    switch signal {
    case SIGUSR1:
      let line = state.withLock { $0.statusLine }
      Messages.lineUnlessStuck(line.map { $0() } ?? "nothing open yet")
    case SIGUSR2:
      guard let split = state.withLock({ $0.split }) else { System.die(of: signal) }
      split()
    case SIGTSTP:
      pause()
    default:
      stop(signal)
    }
  }

  private func stop(_ signal: CInt) {
    let now = monotonicSeconds()
    let first = state.withLock { state in
      if let time = state.stopTime {
        if now - time > 0.5 { System.die(of: signal) }
        return false
      }
      state.stopTime = now
      return true
    }
    guard first else { return }
    stopNumber.store(signal, ordering: .releasing)
    startThread(named: "sd-signals") { self.interruptUntilTheEnd(signal) }
    for wakeUp in state.withLock({ $0.wakeUps }) { wakeUp() }
  }

  private func pause() {
    let hooks = state.withLock { $0.pauses }
    for hook in hooks { hook.pause() }
    // Returns after CONT, or at once if there is no shell to continue us.
    System.takeDefaultAction(of: SIGTSTP)
    SignalSet([SIGTSTP]).block()
    for hook in hooks.reversed() { hook.resume() }
  }

  // Repeats because a signal is lost if it arrives between a thread's last check of the flag and
  // its system call.
  private func interruptUntilTheEnd(_ signal: CInt) {
    let start = monotonicSeconds()
    while true {
      let elapsed = monotonicSeconds() - start
      let noticed = state.withLock { state in
        for blocked in state.blocked where elapsed >= blocked.grace {
          blocked.thread.send(Self.interruption)
        }
        return state.noticed
      }
      if elapsed > (noticed ? Self.grace.noticed : Self.grace.unnoticed) {
        System.die(of: signal)
      }
      System.sleep(seconds: 0.002)
    }
  }
}
