// The system calls of this room, one thin function per call, so that the rest reads as Swift.

internal import Platform

/// The thin layer over the C library.
enum System {
  static func sleep(seconds: Double) {
    let whole = seconds.rounded(.down)
    var time = timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
    unsafe nanosleep(&time, nil)
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  static func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) != -1 }

  /// Waits until the descriptor can be read (POLLIN) or written (POLLOUT), or has failed.
  static func isReady(_ descriptor: CInt, for events: CInt, within milliseconds: CInt) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  static func status(of descriptor: CInt) -> stat? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status : nil
  }

  static func status(ofPath path: String) -> stat? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status : nil
  }
}

/// What a descriptor or a path leads to: enough to tell two of them apart.
public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
  /// A regular file, and so something that can be cut, replaced and sought in.
  public let isRegularFile: Bool
  /// A pipe or FIFO.
  public let isPipe: Bool
  /// A terminal, /dev/null and the like.
  let isDevice: Bool
  /// Bytes, for a regular file.
  public let byteCount: Int

  /// The file an open descriptor leads to, or nil when it is not open.
  public init?(descriptor: CInt) {
    guard let status = System.status(of: descriptor) else { return nil }
    self.init(status)
  }

  /// The file a path leads to, or nil when there is none.
  public init?(path: String) {
    guard let status = System.status(ofPath: path) else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    isRegularFile = status.st_mode & S_IFMT == S_IFREG
    isDevice = status.st_mode & S_IFMT == S_IFCHR
    isPipe = status.st_mode & S_IFMT == S_IFIFO
    byteCount = Int(status.st_size)
  }

  /// The same file, by whatever name.
  public func isSameFile(as other: FileIdentity) -> Bool {
    device == other.device && inode == other.inode
  }
}
