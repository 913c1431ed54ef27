internal import Platform
internal import Synchronization

/// The three descriptors a program starts with.
public enum StandardStreams {
  private static let outputDescriptor = Atomic<CInt>(1)
  private static let errorDescriptor = Atomic<CInt>(2)

  /// The descriptor of stdout's data: 1, or the private descriptor that replaced it.
  public static var output: CInt { outputDescriptor.load(ordering: .relaxed) }

  /// The descriptor of messages: 2, or the private descriptor that replaced it.
  public static var errors: CInt { errorDescriptor.load(ordering: .relaxed) }

  /// The current descriptor for one that the user names: 1 and 2 may have been moved.
  public static func current(_ descriptor: CInt) -> CInt {
    switch descriptor {
    case STDOUT_FILENO: output
    case STDERR_FILENO: errors
    default: descriptor
    }
  }

  /// Opens something harmless in the wrong direction on each of the descriptors 0, 1 and 2 that is
  /// closed, so that no file opened later gets its number and no message ends up in a recording.
  /// Using it fails: `stdin: bad file descriptor`.
  static func occupyClosed() {
    for descriptor in CInt(0)...2 where !System.isOpen(descriptor) {
      // The lowest free number is this one.
      _ = unsafe open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Moves stdout to a private descriptor (closed on exec), and points 1 at /dev/null or, with
  /// `toErrors`, at stderr, so that a library's output on stdout never mixes with our data.
  ///
  /// Call it once, before the library (PortAudio) starts. From then on ``output`` is the private
  /// descriptor.
  public static func reserveOutput(toErrors: Bool) throws(ToolError) {
    precondition(output == STDOUT_FILENO, "stdout was moved before")
    let (moved, code) = reserve(STDOUT_FILENO, leaving: toErrors ? errors : nil)
    guard let moved else { throw .failure("stdout", errno: code) }
    outputDescriptor.store(moved, ordering: .relaxed)
  }

  /// Moves stderr to a private descriptor (closed on exec), and points 2 at /dev/null, so that
  /// stderr stays ours, whatever the libraries print.
  ///
  /// Call it once, before any library starts. Without a free descriptor, stderr stays.
  static func reserveErrors() {
    if let moved = reserve(STDERR_FILENO, leaving: nil).moved {
      errorDescriptor.store(moved, ordering: .relaxed)
    }
  }

  /// Duplicates a descriptor privately, and redirects the original.
  private static func reserve(
    _ descriptor: CInt, leaving other: CInt?
  ) -> (moved: CInt?, code: CInt) {
    // Far from numbers that a user may name, or have closed.
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

  /// Reads stdin to its end on a separate thread and discards what it reads.
  ///
  /// - Parameter atEnd: Called once on that thread, when stdin has ended.
  /// - Returns: A function that says whether stdin has ended.
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
        // An input that cannot be read counts as ended.
        Messages.error(error)
      }
      isClosed.value.store(true, ordering: .releasing)
      atEnd()
    }
    return { isClosed.value.load(ordering: .acquiring) }
  }

  /// Throws a usage error if stdout is a terminal: PCM is never written to one.
  public static func refuseTerminal() throws(ToolError) {
    guard !System.isTerminal(output) else {
      throw .usage("", "name a file, or send it down a pipe (stdout is a terminal)")
    }
  }

  /// Throws a usage error if stdin is a terminal: sound is never read from one, and a program
  /// waiting for a keyboard seems to hang.
  public static func refuseTerminalInput() throws(ToolError) {
    guard !System.isTerminal(STDIN_FILENO) else {
      throw .usage("", "name a file, or send sound through a pipe (stdin is a terminal)")
    }
  }

  /// Writes all of the text to stdout, or throws.
  public static func print(_ text: String) throws(ToolError) {
    var writer = PipeWriter(descriptor: output, name: "stdout")
    let bytes = Array(text.utf8)
    try unsafe writer.write(bytes.span.bytes)
  }
}
