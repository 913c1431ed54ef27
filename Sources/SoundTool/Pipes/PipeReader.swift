internal import Platform

/// Reads bytes from a descriptor that may be a pipe, a file or a device; a stop interrupts it.
///
/// The descriptor stays the caller's to close, and its flags stay as they are: it may be shared
/// with the shell.
public struct PipeReader: Sendable {
  /// What is read from.
  public let descriptor: CInt
  /// What messages call it: `stdin`, or the name the user gave.
  public let name: String

  /// A reader of an open descriptor.
  public init(descriptor: CInt, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Reads what is there into `span` from byte `offset` up to byte `end` (by default all of it),
  /// waiting only while there is nothing.
  ///
  /// - Returns: the number of bytes, 0 at the end.
  /// - Throws: `stopped` when a signal asked the program to stop, or the read error.
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

  // Somebody else may have set O_NONBLOCK on a descriptor we share.
  private func wait() {
    _ = SignalCenter.shared.interruptible { System.isReady(descriptor, for: POLLIN, within: -1) }
  }
}
