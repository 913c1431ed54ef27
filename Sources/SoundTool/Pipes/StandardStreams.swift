internal import Platform
internal import Synchronization

/// The three descriptors a program starts with.
public enum StandardStreams {
  private static let outputDescriptor = Atomic<CInt>(1)

  /// Where stdout's data goes: 1, or the private descriptor that took its place.
  public static var output: CInt { outputDescriptor.load(ordering: .relaxed) }

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
    let moved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard moved != -1 else { throw .failure("stdout", errno: errno) }
    if toErrors {
      guard dup2(STDERR_FILENO, STDOUT_FILENO) != -1 else { throw .failure("stdout", errno: errno) }
    } else {
      let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
      guard null != -1 else { throw .failure("/dev/null", errno: errno) }
      defer { close(null) }
      guard dup2(null, STDOUT_FILENO) != -1 else { throw .failure("stdout", errno: errno) }
    }
    outputDescriptor.store(moved, ordering: .relaxed)
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
      throw .usage(
        "stdout", "is a terminal, and sound is not written to one (use a pipe, or name a file)")
    }
  }

  /// Writes text to stdout, whole, and tells whether that worked.
  public static func print(_ text: String) throws(ToolError) {
    var writer = PipeWriter(descriptor: output, name: "stdout")
    let bytes = Array(text.utf8)
    try unsafe writer.write(bytes.span.bytes)
  }
}
