internal import Platform
internal import Synchronization

/// The end of a program: the one place that calls `exit`.
public enum ProgramExit {
  private static let remembered = Mutex(ExitStatus.success)
  private static let abrupt = Atomic<Bool>(false)
  private static let hook = Mutex<(@Sendable (CInt) -> Void)?>(nil)

  /// Sets a hook that receives the exit status, 128+N for a death by signal, right before the end.
  public static func onEnd(_ body: @escaping @Sendable (CInt) -> Void) {
    hook.withLock { $0 = body }
  }

  /// Prints an error and records its status, for a program that can and should continue to its end.
  /// The program exits with the worst recorded status.
  public static func remember(_ error: ToolError) {
    Messages.error(error)
    remember(error.status)
  }

  /// Records a status without a message, which was printed earlier.
  public static func remember(_ status: ExitStatus) {
    remembered.withLock { if status.worse(than: $0) { $0 = status } }
  }

  /// Makes the process end without its libraries' exit handlers, which may hang or abort after a
  /// host was lost.
  public static func skipExitHandlers() {
    abrupt.store(true, ordering: .relaxed)
  }

  /// Ends the process at once, with one message, when it cannot continue. Any thread.
  static func abandon(_ complaint: String) -> Never {
    Messages.line(complaint)
    _exit(ExitStatus.failure.rawValue)
  }

  /// Ends the process: by the signal that stopped it, by SIGPIPE, or with the worst recorded
  /// status.
  static func end(_ error: ToolError?, isOpenEnded: Bool) -> Never {
    SignalCenter.shared.noticeStop()
    Messages.transient("")
    let isPipeBroken = error?.kind == .brokenPipe && !SignalCenter.shared.inheritedIgnoredPipe
    if let error, error.kind != .stopped, !isPipeBroken { remember(error) }
    let status = remembered.withLock { $0 }
    let stop = isOpenEnded ? nil : SignalCenter.shared.stopSignal
    let signal = isPipeBroken ? SIGPIPE : stop
    let hook = hook.withLock { $0 }
    hook?(signal.map { 128 + $0 } ?? status.rawValue)
    if let signal { System.die(of: signal) }
    if abrupt.load(ordering: .relaxed) { _exit(status.rawValue) }
    exit(status.rawValue)
  }
}
