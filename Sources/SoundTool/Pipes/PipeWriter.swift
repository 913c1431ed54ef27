internal import Platform

/// Writes bytes to a descriptor that may be a pipe, a file or a device; one `write` per block.
///
/// After a stop a pipe gets half a second more to take what it is given; a regular file takes
/// everything. The descriptor stays the caller's to close, and its flags stay as they are.
public struct PipeWriter: Sendable {
  /// What is written to.
  public let descriptor: CInt
  /// What messages call it: `stdout`, or the name the user gave.
  public let name: String
  /// Bytes the descriptor has taken so far.
  public private(set) var writtenByteCount = 0

  private let grace: Double

  /// A writer to an open descriptor.
  public init(descriptor: CInt, name: String) {
    self.descriptor = descriptor
    self.name = name
    grace = FileIdentity(descriptor: descriptor)?.isRegularFile == true ? .infinity : 0.5
  }

  /// Writes all bytes, in a single `write` where the descriptor takes them so.
  ///
  /// - Throws: `stopped` when a signal asked the program to stop and the half second is over
  ///   (``writtenByteCount`` tells how far it got); `brokenPipe`; or the write error.
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

  /// Shrinks a pipe to about two blocks, so that it holds no more latency than that.
  ///
  /// The system rounds up to a page at least, and keeps what is in the pipe; anything but a pipe,
  /// and any system but Linux, is left alone.
  ///
  /// - Returns: the pipe's size in bytes, or nil where it could not be set.
  @discardableResult
  public static func shrinkPipe(_ descriptor: CInt, blockByteCount: Int) -> Int? {
    resizePipe(descriptor, to: max(Int(getpagesize()), 2 * blockByteCount))
  }

  /// Grows a pipe to a mebibyte, the most that everybody may have, so that writer and reader work side
  /// by side for longer: for what comes from a file, where nobody waits for the newest frame.
  ///
  /// - Returns: the pipe's size in bytes, or nil where it could not be set.
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

  /// Bytes in a pipe that nobody has read yet; 0 for anything else.
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

  // Somebody else may have set O_NONBLOCK on a descriptor we share.
  private func wait() {
    _ = SignalCenter.shared.interruptible(grace: grace) {
      System.isReady(descriptor, for: POLLOUT, within: -1)
    }
  }
}
