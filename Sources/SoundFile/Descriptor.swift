import Platform

/// A file descriptor whose calls handle signals and short transfers, or stop on request.
///
/// After a signal interrupts a call, `interrupted` decides whether to stop; without it the call
/// continues. A descriptor that another process has made non-blocking is awaited with poll(2),
/// never changed.
struct Descriptor {
  let number: CInt
  let closes: Bool
  let interrupted: (@Sendable () -> Bool)?

  static let readOnly = O_RDONLY
  static let alreadyExists = EEXIST

  /// Flags that create a file, and either truncate or refuse an existing one.
  static func writing(replacing: Bool) -> CInt {
    O_WRONLY | O_CREAT | (replacing ? O_TRUNC : O_EXCL)
  }

  /// Whether a path exists.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(FileName.bytes(of: path), &status) == 0
  }

  /// Whether a path exists and is neither a regular file nor a directory.
  static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(FileName.bytes(of: path), &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind != S_IFREG && kind != S_IFDIR
  }

  /// Corresponds to open(2), close-on-exec.
  static func open(
    _ path: String, flags: CInt, interrupted: (@Sendable () -> Bool)?
  ) throws(AudioFileError) -> Descriptor {
    while true {
      let number = unsafe SystemCall.open(FileName.bytes(of: path), flags | O_CLOEXEC | O_NOCTTY)
      if number >= 0 { return Descriptor(number: number, closes: true, interrupted: interrupted) }
      guard errno == EINTR else { throw .system(errno) }
      if interrupted?() == true { throw .interrupted }
    }
  }

  /// The relevant facts from fstat(2).
  struct Status {
    let isRegular: Bool
    let byteCount: Int
    /// The position of the next read or write, or 0 if there is none.
    let offset: Int
  }

  /// Throws if the descriptor is closed or a directory.
  func status() throws(AudioFileError) -> Status {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw .system(errno) }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR { throw .system(EISDIR) }
    let isRegular = kind == S_IFREG
    return Status(
      isRegular: isRegular,
      byteCount: isRegular ? Int(status.st_size) : 0,
      offset: isRegular ? max(0, Int(lseek(number, 0, SEEK_CUR))) : 0)
  }

  /// Whether every write appends, so that a header cannot be rewritten.
  var appends: Bool {
    let flags = fcntl(number, F_GETFL)
    return flags >= 0 && flags & O_APPEND != 0
  }

  /// One read(2): 1...count bytes, or 0 at the end.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws(AudioFileError) -> Int {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
    while true {
      let count = unsafe SystemCall.read(number, base, bytes.count)
      if count >= 0 { return count }
      try recover(errno, waitingFor: POLLIN)
    }
  }

  /// One write(2): 1...count bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(AudioFileError) -> Int {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
    while true {
      let count = unsafe SystemCall.write(number, base, bytes.count)
      if count > 0 { return count }
      try recover(count == 0 ? EIO : errno, waitingFor: POLLOUT)
    }
  }

  /// Whether a read will not block within this many milliseconds.
  func isReadable(withinMilliseconds milliseconds: Int) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, CInt(milliseconds)) > 0
  }

  func seek(to offset: Int) throws(AudioFileError) {
    if lseek(number, off_t(offset), SEEK_SET) < 0 { throw .system(errno) }
  }

  /// Corresponds to fsync(2).
  func sync() throws(AudioFileError) {
    while fsync(number) != 0 {
      guard errno == EINTR else { throw .system(errno) }
    }
  }

  /// Closes the descriptor if it is ours. After EINTR it is closed, on both Linux and Darwin.
  func close() throws(AudioFileError) {
    guard closes else { return }
    if SystemCall.close(number) != 0 && errno != EINTR { throw .system(errno) }
  }

  private func recover(_ error: CInt, waitingFor event: Int32) throws(AudioFileError) {
    switch error {
    case EINTR:
      if interrupted?() == true { throw .interrupted }
    case EAGAIN, EWOULDBLOCK:
      var entry = pollfd(fd: number, events: Int16(event), revents: 0)
      if unsafe poll(&entry, 1, -1) < 0 {
        guard errno == EINTR else { throw .system(errno) }
        if interrupted?() == true { throw .interrupted }
      }
    default:
      throw .system(error)
    }
  }
}
