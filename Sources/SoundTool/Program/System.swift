// The system calls of this module, one thin function per call, so that the rest reads as Swift.

internal import Platform
internal import SoundFile

/// The thin layer over the C library.
package enum System {
  package static func sleep(seconds: Double) {
    let whole = seconds.rounded(.down)
    var time = timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
    unsafe nanosleep(&time, nil)
  }

  /// Seconds since 1970-01-01 00:00 UTC.
  static var wallTime: Double { Double(wallNanoseconds()) / 1e9 }

  /// The command line's arguments, without the program's name; `FileName` handles those that are
  /// not UTF-8.
  static var arguments: [String] {
    let words = unsafe UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return unsafe words.dropFirst().compactMap { word in
      guard let word = unsafe word else { return nil }
      return unsafe FileName.text(
        of: UnsafeRawBufferPointer(start: word, count: strlen(word)))
    }
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  package static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  static func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) != -1 }

  /// Waits until the descriptor is readable (POLLIN) or writable (POLLOUT), or has failed.
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
    return unsafe stat(FileName.bytes(of: path), &status) == 0 ? status : nil
  }
}

extension System {
  /// Creates an empty file; false if the name exists.
  static func createFile(_ path: String) throws(ToolError) -> Bool {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    while true {
      let descriptor = unsafe open(FileName.bytes(of: path), flags, 0o666)
      if descriptor >= 0 {
        close(descriptor)
        return true
      }
      if errno == EEXIST { return false }
      guard errno == EINTR else { throw .failure(path, errno: errno) }
      try SignalCenter.shared.checkStop()
    }
  }

  /// The names in a folder; empty if it is writable but not readable.
  static func names(inFolder path: String) throws(ToolError) -> [String] {
    guard let folder = unsafe opendir(FileName.bytes(of: path)) else {
      if errno == ENOENT { throw .failure(path, "no such directory") }
      if errno == EACCES { return [] }
      throw .failure(path, errno: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe FileName.text(of: bytes.prefix { $0 != 0 })
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The modification time of a file, in seconds since 1970-01-01 00:00 UTC.
  static func modificationTime(ofPath path: String) -> Double? {
    guard let status = status(ofPath: path) else { return nil }
    return modificationSeconds(of: status)
  }
}

/// The identity and kind of the file behind a descriptor or path.
public struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
  /// Whether it is a regular file, which can be truncated, replaced and sought in.
  public let isRegularFile: Bool
  /// Whether it is a pipe or FIFO.
  public let isPipe: Bool
  /// Whether it is a terminal, /dev/null or the like.
  let isDevice: Bool
  /// The size of a regular file, in bytes.
  public let byteCount: Int

  /// The file behind an open descriptor, or nil if it is not open.
  public init?(descriptor: CInt) {
    guard let status = System.status(of: descriptor) else { return nil }
    self.init(status)
  }

  /// The file at a path, or nil if there is none.
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

  /// Whether both are the same file, under any name.
  public func isSameFile(as other: FileIdentity) -> Bool {
    device == other.device && inode == other.inode
  }
}
