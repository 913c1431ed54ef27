internal import Platform
internal import Synchronization

/// The end that nobody planned: an assertion of a library below, a bad memory access, a trap.
///
/// What it prints goes where library words go, to /dev/null, so one line of ours says that it
/// happened; the process then dies of the same signal.
enum Crash {
  private static let descriptor = Atomic<CInt>(2)
  private static nonisolated(unsafe) var line = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// Arranges for the line. Call once, after stderr has been moved.
  static func leaveOneLine() {
    let text = "\(Messages.program): crashed, or a library below did (-vv shows its last words)\n"
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = unsafe bytes.initialize(from: text.utf8)
    unsafe line = UnsafeRawBufferPointer(bytes)
    descriptor.store(StandardStreams.errors, ordering: .relaxed)
    for signal in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP] {
      SignalDisposition.handleOnce(signal) { signal in
        // Nothing here allocates or locks; both variables exist by now.
        let descriptor = Crash.descriptor.load(ordering: .relaxed)
        _ = unsafe SystemCall.write(descriptor, Crash.line.baseAddress, Crash.line.count)
        raise(signal)
      }
    }
  }
}
