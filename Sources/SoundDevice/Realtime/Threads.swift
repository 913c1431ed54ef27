internal import CRealtime

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Starts a detached thread on which no signal handler of the program ever runs.
///
/// Threads that PortAudio starts from there inherit that, so a signal never lands on the audio
/// thread.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  final class Context: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  let context = unsafe Unmanaged.passRetained(Context(name: name, body: body))
  let blocked = unsafe blockSignals()
  defer { unsafe restoreSignals(blocked) }
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = unsafe pthread_create(&thread, nil, { run($0) }, context.toOpaque())
  #else
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, { unsafe run($0) }, context.toOpaque())
  #endif
  guard status == 0 else { fatalError("cannot start a thread: error \(status)") }
  #if canImport(Darwin)
    if let thread { unsafe pthread_detach(thread) }
  #else
    pthread_detach(thread)
  #endif

  func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let context = unsafe Unmanaged<Context>.fromOpaque(argument).takeRetainedValue()
    sd_name_thread(context.name)
    context.body()
    return nil
  }
}

/// Blocks what a program may handle, never what a fault raises, and returns the mask before.
private func blockSignals() -> sigset_t {
  var all = sigset_t()
  var previous = sigset_t()
  unsafe sigfillset(&all)
  for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP] {
    unsafe sigdelset(&all, fault)
  }
  unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
  return unsafe previous
}

private func restoreSignals(_ mask: sigset_t) {
  var mask = unsafe mask
  unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
}
