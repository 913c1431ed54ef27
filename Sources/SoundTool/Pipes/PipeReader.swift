internal import Platform

/// Reads bytes from a pipe, a file or a device; a stop interrupts it.
///
/// The caller owns the descriptor. Its flags are left alone, because it may be shared with the
/// shell.
public struct PipeReader: Sendable {
  /// The descriptor to read.
  public let descriptor: CInt
  /// The name in messages: `stdin`, or the name the user gave.
  public let name: String

  /// Creates a reader of an open descriptor.
  public init(descriptor: CInt, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Reads the bytes that are available into `span`, from byte `offset` to byte `end` (by default
  /// its end), and blocks only while there are none.
  ///
  /// - Returns: The number of bytes, or 0 at the end.
  /// - Throws: `stopped` if a signal asked the program to stop, or the read error.
  ///
  /// Corresponds to `read`.
  public func read(
    into span: inout MutableRawSpan, from offset: Int = 0, to end: Int? = nil
  ) throws(ToolError) -> Int {
    let end = end ?? span.byteCount
    precondition(offset <= end && end <= span.byteCount, "a range inside the span")
    guard offset < end else { return 0 }
    while true {
      try SignalCenter.shared.checkStop()
      let (count, code) = unsafe span.withUnsafeMutableBytes { bytes in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end])
        return SignalCenter.shared.interruptible {
          let count = unsafe SystemCall.read(descriptor, room.baseAddress, room.count)
          return (count, errno)
        }
      }
      if count >= 0 { return count }
      switch code {
      case EINTR: continue
      case EAGAIN: wait()
      default: throw .failure(name, errno: code)
      }
    }
  }

  // Another process may have set O_NONBLOCK on a descriptor we share.
  private func wait() {
    _ = SignalCenter.shared.interruptible { System.isReady(descriptor, for: POLLIN, within: -1) }
  }
}
