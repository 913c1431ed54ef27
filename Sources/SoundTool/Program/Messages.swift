// How the programs speak. Every line a program prints for a person passes through this file.
//
//  - `program: subject: complaint`, on stderr, one line, one write(2), whatever else is writing.
//  - Lower case, no full stop, no colour, no backtrace, the same in every locale.
//  - The complaint says what would work, when that is known.
//  - An error is always printed. A note is printed unless -q, a detail only with -v.
//  - What a library prints reaches nobody without -vv: stderr is ours from start to end.
//  - What may come often (an xrun, a stall) goes through a RateLimit, with a total at the end.

internal import Platform
internal import Synchronization

/// Lines for the user on stderr; callable from every thread but the audio thread.
public enum Messages {
  /// How much a program says; with `chatty`, `-vv`, the libraries below may talk too.
  public enum Verbosity: Int, Sendable, Comparable {
    case quiet, normal, verbose, chatty

    /// Less is quieter.
    public static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
  }

  private struct State {
    var program = "sd"
    var verbosity = Verbosity.normal
    // Set while a progress line stands on the terminal, which a message must first wipe away.
    var transient = ""

    func printLine(_ text: String) {
      let wipe = transient.isEmpty ? "" : "\r\u{1B}[K"
      Messages.write("\(wipe)\(program): \(Messages.oneLine(text))\n\(transient)")
    }
  }

  private static let state = Mutex(State())

  /// The name every line starts with.
  public static var program: String {
    get { state.withLock { $0.program } }
    set { state.withLock { $0.program = newValue } }
  }

  /// How much is said.
  public static var verbosity: Verbosity {
    get { state.withLock { $0.verbosity } }
    set { state.withLock { $0.verbosity = newValue } }
  }

  /// Prints the error, whatever the verbosity. Ends by signal or broken pipe have no words.
  public static func error(_ error: ToolError) {
    if !error.message.isEmpty { line(error.message) }
  }

  /// Prints a line unless `-q` was given.
  public static func note(_ subject: String, _ text: String) {
    if verbosity > .quiet { line(subject.isEmpty ? text : "\(subject): \(text)") }
  }

  /// Prints a line with `-v`.
  public static func detail(_ subject: String, _ text: @autoclosure () -> String) {
    if verbosity >= .verbose { line(subject.isEmpty ? text() : "\(subject): \(text())") }
  }

  /// Prints one line, always, in a single write: for what the user asked for just now (USR1).
  public static func line(_ text: String) {
    state.withLock { $0.printLine(text) }
  }

  /// Prints one line if that cannot block: for the signal thread, which must stay able to take the
  /// next signal whatever becomes of stderr.
  static func lineUnlessStuck(_ text: String) {
    guard System.isReady(StandardStreams.errors, for: POLLOUT, within: 0) else { return }
    _ = state.withLockIfAvailable { $0.printLine(text) }
  }

  /// Shows `text` as the line on a terminal, in place of the one shown before; empty clears it.
  static func transient(_ text: String) {
    state.withLock { state in
      guard text != state.transient else { return }
      write("\r\(text)\u{1B}[K")
      state.transient = text.isEmpty ? "" : "\r\(text)"
    }
  }

  /// A text as one harmless line: a file name, or a tag, may hold a newline or an escape.
  static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
  }

  /// C0, DEL and C1, whose CSI begins escapes as well.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe writeOnce(rest)
        // Nobody is left to tell that stderr is gone.
        guard count > 0 else { return }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  private static func writeOnce(_ bytes: UnsafeRawBufferPointer) -> Int {
    while true {
      let count = unsafe SystemCall.write(StandardStreams.errors, bytes.baseAddress, bytes.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }
}
