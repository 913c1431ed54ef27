/// What the process does when a signal comes, read and set.
public enum SignalDisposition {
  /// Says whether the signal was ignored when this program was started, `nohup` for one.
  public static func isIgnored(_ signal: CInt) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let handler = unsafe action.__sigaction_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_u.__sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Gives the signal a handler that does nothing, without SA_RESTART: all it does is end a blocked
  /// system call with EINTR.
  public static func handleAsInterruption(_ signal: CInt) {
    var action = sigaction()
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_handler = { _ in }
    #else
      unsafe action.__sigaction_u.__sa_handler = { _ in }
    #endif
    _ = unsafe sigaction(signal, &action, nil)
  }

  /// Gives the signal a handler for its first time; after that its default action is back.
  ///
  /// The handler runs in the middle of whatever happens: it may call only what signal-safety(7)
  /// lists.
  public static func handleOnce(_ signal: CInt, _ handler: @escaping @convention(c) (CInt) -> Void)
  {
    var action = sigaction()
    action.sa_flags = CInt(truncatingIfNeeded: SA_RESETHAND)
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_handler = handler
    #else
      unsafe action.__sigaction_u.__sa_handler = handler
    #endif
    _ = unsafe sigaction(signal, &action, nil)
  }
}
