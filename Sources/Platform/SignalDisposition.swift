/// The process's response to a signal: reads and sets it.
public enum SignalDisposition {
  /// Whether the signal was ignored when this program started, as under `nohup`.
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

  /// Gives the signal an empty handler without SA_RESTART: it only makes a blocked system call fail
  /// with EINTR.
  public static func handleAsInterruption(_ signal: CInt) {
    var action = sigaction()
    #if canImport(Glibc)
      unsafe action.__sigaction_handler.sa_handler = { _ in }
    #else
      unsafe action.__sigaction_u.__sa_handler = { _ in }
    #endif
    _ = unsafe sigaction(signal, &action, nil)
  }

  /// Gives the signal a handler for its first occurrence; after that its default action applies.
  ///
  /// The handler may interrupt any code, so it may only call functions listed in signal-safety(7).
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
