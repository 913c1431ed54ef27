internal import Platform
internal import Synchronization

/// An unplanned end: a failed assertion in a library, a bad memory access, a trap.
///
/// Its own output goes to /dev/null with the libraries', so we print one line about it; the process
/// then dies of the same signal.
enum Crash {
  private static let descriptor = Atomic<CInt>(2)
  private static nonisolated(unsafe) var line = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// Installs the handler. Call it once, after stderr has been moved.
  static func leaveOneLine() {
    let text = "\(Messages.program): crashed, or a library below did (-vv shows its last words)\n"
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = unsafe bytes.initialize(from: text.utf8)
    unsafe line = UnsafeRawBufferPointer(bytes)
    descriptor.store(StandardStreams.errors, ordering: .relaxed)
    for signal in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP] {
      SignalDisposition.handleOnce(signal) { signal in
        // Nothing here allocates or locks; both variables exist already.
        let descriptor = Crash.descriptor.load(ordering: .relaxed)
        _ = unsafe SystemCall.write(descriptor, Crash.line.baseAddress, Crash.line.count)
        raise(signal)
      }
    }
  }
}
