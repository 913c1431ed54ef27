internal import Platform

/// Writes bytes to a pipe, a file or a device, with one `write` per block.
///
/// After a stop, a pipe gets half a second to accept the block; a regular file gets everything. The
/// caller owns the descriptor. Its flags are left alone, because it may be shared with the shell.
public struct PipeWriter: Sendable {
  /// The descriptor to write.
  public let descriptor: CInt
  /// The name in messages: `stdout`, or the name the user gave.
  public let name: String
  /// Bytes written so far.
  public private(set) var writtenByteCount = 0

  private let grace: Double

  /// Creates a writer to an open descriptor.
  public init(descriptor: CInt, name: String) {
    self.descriptor = descriptor
    self.name = name
    grace = FileIdentity(descriptor: descriptor)?.isRegularFile == true ? .infinity : 0.5
  }

  /// Writes all bytes, in a single `write` if the descriptor accepts them at once.
  ///
  /// - Throws: `stopped` if a signal asked the program to stop and the half second is over
  ///   (``writtenByteCount`` says how far it got); `brokenPipe`; or the write error.
  ///
  /// Corresponds to `write`.
  public mutating func write(_ bytes: RawSpan) throws(ToolError) {
    var offset = 0
    while offset < bytes.byteCount {
      if let time = SignalCenter.shared.stoppingTime, time >= grace {
        try SignalCenter.shared.checkStop()
      }
      let (count, code) = unsafe bytes.extracting(offset...).withUnsafeBytes { rest in
        SignalCenter.shared.interruptible(grace: grace) {
          let count = unsafe SystemCall.write(descriptor, rest.baseAddress, rest.count)
          return (count, errno)
        }
      }
      if count >= 0 {
        offset += count
        writtenByteCount += count
        continue
      }
      switch code {
      case EINTR: continue
      case EAGAIN: wait()
      case EPIPE: throw .brokenPipe(name)
      default: throw .failure(name, errno: code)
      }
    }
  }

  /// Shrinks a pipe to about two blocks, to bound the latency it adds.
  ///
  /// The system rounds up to a page or more, and keeps the pipe's content. Has no effect on
  /// anything but a pipe, or outside Linux.
  ///
  /// - Returns: The pipe's size in bytes, or nil if it could not be set.
  @discardableResult
  public static func shrinkPipe(_ descriptor: CInt, blockByteCount: Int) -> Int? {
    resizePipe(descriptor, to: max(Int(getpagesize()), 2 * blockByteCount))
  }

  /// Grows a pipe to one mebibyte, the default limit for users, so that writer and reader run side
  /// by side for longer. For data from files, where latency does not matter.
  ///
  /// - Returns: The pipe's size in bytes, or nil if it could not be set.
  @discardableResult
  public static func growPipe(_ descriptor: CInt) -> Int? {
    resizePipe(descriptor, to: 1 << 20)
  }

  private static func resizePipe(_ descriptor: CInt, to byteCount: Int) -> Int? {
    guard FileIdentity(descriptor: descriptor)?.isPipe == true else { return nil }
    #if os(Linux)
      let setPipeSize: CInt = 1031
      let size = fcntl(descriptor, setPipeSize, CInt(clamping: byteCount))
      return size > 0 ? Int(size) : nil
    #else
      return nil
    #endif
  }

  /// Unread bytes in a pipe; 0 for anything else.
  ///
  /// Corresponds to `FIONREAD`, which Linux answers at the writing end too.
  public static func unreadByteCount(_ descriptor: CInt) -> Int {
    #if os(Linux)
      var count: CInt = 0
      let isAnswered = unsafe ioctl(descriptor, UInt(FIONREAD), &count) == 0
      return isAnswered ? Int(count) : 0
    #else
      return 0
    #endif
  }

  // Another process may have set O_NONBLOCK on a descriptor we share.
  private func wait() {
    _ = SignalCenter.shared.interruptible(grace: grace) {
      System.isReady(descriptor, for: POLLOUT, within: -1)
    }
  }
}
