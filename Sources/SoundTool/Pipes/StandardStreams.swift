internal import Platform
internal import Synchronization

/// The three descriptors a program starts with.
public enum StandardStreams {
  private static let outputDescriptor = Atomic<CInt>(1)
  private static let errorDescriptor = Atomic<CInt>(2)

  /// Where stdout's data goes: 1, or the private descriptor that took its place.
  public static var output: CInt { outputDescriptor.load(ordering: .relaxed) }

  /// Where messages go: 2, or the private descriptor that took its place.
  public static var errors: CInt { errorDescriptor.load(ordering: .relaxed) }

  /// Where a descriptor that the user names leads now: 1 and 2 may have been moved.
  public static func current(_ descriptor: CInt) -> CInt {
    switch descriptor {
    case STDOUT_FILENO: output
    case STDERR_FILENO: errors
    default: descriptor
    }
  }

  /// Gives each of the descriptors 0, 1 and 2 that is closed something harmless, opened the wrong
  /// way round, so that the next file opened does not take its number and messages do not end up
  /// in somebody's recording. Reading or writing it fails: `stdin: bad file descriptor`.
  static func occupyClosed() {
    for descriptor in CInt(0)...2 where !System.isOpen(descriptor) {
      // The lowest free number is this one.
      _ = unsafe open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Moves stdout to a private descriptor (closed on exec), and leaves at 1 a way to /dev/null or,
  /// when `toErrors`, to stderr: what a library prints on stdout never reaches our data.
  ///
  /// Call before the library (PortAudio) starts, and only once. From then on ``output`` is the
  /// private descriptor.
  public static func reserveOutput(toErrors: Bool) throws(ToolError) {
    precondition(output == STDOUT_FILENO, "stdout was moved before")
    let (moved, code) = reserve(STDOUT_FILENO, leaving: toErrors ? errors : nil)
    guard let moved else { throw .failure("stdout", errno: code) }
    outputDescriptor.store(moved, ordering: .relaxed)
  }

  /// Moves stderr to a private descriptor (closed on exec), and leaves at 2 a way to /dev/null:
  /// stderr is ours, whatever the libraries below print there, from now to the end.
  ///
  /// Call before any library starts, and only once. Without a descriptor to spare stderr stays.
  static func reserveErrors() {
    if let moved = reserve(STDERR_FILENO, leaving: nil).moved {
      errorDescriptor.store(moved, ordering: .relaxed)
    }
  }

  /// Gives a descriptor a private duplicate, and itself another end.
  private static func reserve(
    _ descriptor: CInt, leaving other: CInt?
  ) -> (moved: CInt?, code: CInt) {
    // Far from the numbers that a user may name, or leave closed.
    var moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 100)
    if moved == -1 { moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3) }
    guard moved != -1 else { return (nil, errno) }
    let null = other == nil ? unsafe open("/dev/null", O_WRONLY | O_CLOEXEC) : -1
    defer { if null != -1 { close(null) } }
    guard dup2(other ?? null, descriptor) != -1 else {
      let code = errno
      close(moved)
      return (nil, code)
    }
    return (moved, 0)
  }

  /// Reads stdin to its end on a thread of its own and throws away what it reads.
  ///
  /// - Parameter atEnd: Called there once, when stdin has closed.
  /// - Returns: Whether that has happened.
  public static func watchInput(_ atEnd: @escaping @Sendable () -> Void) -> @Sendable () -> Bool {
    final class Flag: Sendable { let value = Atomic<Bool>(false) }
    let isClosed = Flag()
    startThread(named: "sd-stdin") {
      var block = [UInt8](repeating: 0, count: 4096)
      let reader = PipeReader(descriptor: STDIN_FILENO, name: "stdin")
      do throws(ToolError) {
        while true {
          var target = block.mutableSpan
          var bytes = unsafe target.mutableBytes
          guard try reader.read(into: &bytes) > 0 else { break }
        }
      } catch {
        // An input that cannot be read is as closed as one that has ended.
        Messages.error(error)
      }
      isClosed.value.store(true, ordering: .releasing)
      atEnd()
    }
    return { isClosed.value.load(ordering: .acquiring) }
  }

  /// Throws a usage error when stdout is a terminal: PCM is never written to one.
  public static func refuseTerminal() throws(ToolError) {
    guard !System.isTerminal(output) else {
      throw .usage("", "name a file, or send it down a pipe (stdout is a terminal)")
    }
  }

  /// Throws a usage error when stdin is a terminal: sound is never read from one, and a program
  /// that waits for a keyboard looks as if it hung.
  public static func refuseTerminalInput() throws(ToolError) {
    guard !System.isTerminal(STDIN_FILENO) else {
      throw .usage("", "name a file, or send sound through a pipe (stdin is a terminal)")
    }
  }

  /// Writes text to stdout, whole, and tells whether that worked.
  public static func print(_ text: String) throws(ToolError) {
    var writer = PipeWriter(descriptor: output, name: "stdout")
    let bytes = Array(text.utf8)
    try unsafe writer.write(bytes.span.bytes)
  }
}
