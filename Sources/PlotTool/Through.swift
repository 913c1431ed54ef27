internal import Platform
public import SoundTool
internal import Synchronization

/// Passes stdin through to stdout, byte for byte, on a separate thread; a copy can be read from
/// descriptor 0 as before.
///
/// Bytes go to stdout first. A pipe's capacity is how far the reader of the copy may lag behind. A
/// reader that stops must call ``finish()``, so that it does not block the sound.
public final class Through: Sendable {
  private let source: CInt
  private let copy: CInt
  private let isDone: CInt
  private let failure = Mutex<ToolError?>(nil)

  /// Starts; call it before anything is read from stdin, and before the process is confined.
  public init() throws(ToolError) {
    source = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    guard source >= 0 else { throw .failure("stdin", errno: errno) }
    let copy = try Self.pipe()
    self.copy = copy.writing
    guard dup2(copy.reading, STDIN_FILENO) >= 0 else { throw .failure("stdin", errno: errno) }
    close(copy.reading)
    let done = try Self.pipe()
    isDone = done.reading
    PipeWriter.growPipe(self.copy)
    startThread(named: "sd-plot") {
      self.pass()
      close(self.copy)
      close(done.writing)
    }
  }

  /// Waits until all of stdin has been passed through.
  ///
  /// - Throws: The reason if it has not: `brokenPipe`, `stopped`, or the failure.
  public func finish() throws(ToolError) {
    // The copy has no reader from now on.
    close(STDIN_FILENO)
    let reader = PipeReader(descriptor: isDone, name: "stdin")
    var byte: [UInt8] = [0]
    var span = byte.mutableSpan
    var bytes = unsafe span.mutableBytes
    _ = try reader.read(into: &bytes)
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  private func pass() {
    let reader = PipeReader(descriptor: source, name: "stdin")
    var output = PipeWriter(descriptor: StandardStreams.output, name: "stdout")
    var copies: PipeWriter? = PipeWriter(descriptor: copy, name: "stdin")
    var block = [UInt8](repeating: 0, count: 1 << 16)
    do throws(ToolError) {
      while true {
        var span = block.mutableSpan
        var bytes = unsafe span.mutableBytes
        let count = try reader.read(into: &bytes)
        guard count > 0 else { return }
        let passed = unsafe block.span.extracting(..<count).bytes
        try output.write(passed)
        do throws(ToolError) {
          try copies?.write(passed)
        } catch {
          if error.kind == .stopped { throw error }
          copies = nil
        }
      }
    } catch {
      failure.withLock { $0 = error }
    }
  }

  private static func pipe() throws(ToolError) -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    guard unsafe Platform.pipe(&ends) == 0 else { throw .failure("stdin", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
