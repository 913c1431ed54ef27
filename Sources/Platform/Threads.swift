internal import CRealtime
internal import Synchronization

/// Starts a detached thread that never runs a signal handler of the program.
///
/// Threads that PortAudio starts from it inherit its signal mask, so no signal interrupts the audio
/// thread.
public func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  let argument = unsafe Unmanaged.passRetained(ThreadContext(name: name, body: body)).toOpaque()
  let blocked = blockSignals()
  defer { restoreSignals(blocked) }
  let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument = unsafe argument else { return nil }
    let context = unsafe Unmanaged<ThreadContext>.fromOpaque(argument).takeRetainedValue()
    unsafe sd_name_thread(context.name)
    context.body()
    return nil
  }
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = unsafe pthread_create(&thread, nil, { unsafe run($0) }, argument)
    if let thread = unsafe thread { unsafe pthread_detach(thread) }
  #else
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, run, argument)
    if status == 0 { pthread_detach(thread) }
  #endif
  guard status == 0 else {
    let complaint = "cannot start a thread: \(systemMessage(status))"
    threadFailure.withLock { $0 }?(complaint)
    fatalError(complaint)
  }
}

/// Sets the function that ends the process if a thread cannot be started, because of memory or a
/// limit; it receives the complaint. Without one, the process traps.
public func onThreadFailure(_ end: @escaping @Sendable (String) -> Never) {
  threadFailure.withLock { $0 = end }
}

private let threadFailure = Mutex<(@Sendable (String) -> Never)?>(nil)

private final class ThreadContext: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// Blocks all signals except those that faults raise, and returns the previous mask.
private func blockSignals() -> sigset_t {
  var all = sigset_t()
  var previous = sigset_t()
  unsafe sigfillset(&all)
  for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP] {
    unsafe sigdelset(&all, fault)
  }
  unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
  return previous
}

private func restoreSignals(_ mask: sigset_t) {
  var mask = mask
  unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
}
