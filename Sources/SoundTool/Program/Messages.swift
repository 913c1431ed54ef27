// The style of all messages. Every line that a program prints for a person passes through this
// file.
//
//  - `program: subject: complaint`, on stderr, one line, one write(2), whatever else is writing.
//  - Lower case, no full stop, no colour, no backtrace, the same in every locale.
//  - The complaint includes a remedy, if there is one.
//  - An error is always printed. A note is printed unless -q, a detail only with -v.
//  - Output of libraries is suppressed without -vv: stderr is ours from start to end.
//  - Frequent messages (an xrun, a stall) go through a RateLimit, with a total at the end.

internal import Platform
internal import SoundFile
internal import Synchronization

/// Lines for the user, on stderr. Any thread except the audio thread.
public enum Messages {
  /// The amount of messages; with `chatty`, `-vv`, libraries may print too.
  public enum Verbosity: Int, Sendable, Comparable {
    case quiet, normal, verbose, chatty

    /// A smaller value is quieter.
    public static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
  }

  private struct State {
    var program = "sd"
    var verbosity = Verbosity.normal
    // The progress line on the terminal, which a message must erase first; empty if there is none.
    var transient = ""

    // Called before each line is printed.
    var beforeLine: (@Sendable () -> Void)?

    func printLine(_ text: String) {
      beforeLine?()
      let wipe = transient.isEmpty ? "" : "\r\u{1B}[K"
      Messages.write("\(wipe)\(program): \(printable(text))\n\(transient)")
    }
  }

  private static let state = Mutex(State())

  /// The program's name, with which every line starts.
  public static var program: String {
    get { state.withLock { $0.program } }
    set { state.withLock { $0.program = newValue } }
  }

  /// The amount of messages printed.
  public static var verbosity: Verbosity {
    get { state.withLock { $0.verbosity } }
    set { state.withLock { $0.verbosity = newValue } }
  }

  /// Whether messages go to a person, on a terminal.
  public static var isTerminal: Bool { System.isTerminal(StandardStreams.errors) }

  /// Prints the error at any verbosity. Deaths by signal or broken pipe have no message.
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

  /// Prints one line in a single write at any verbosity: for an immediate request of the user
  /// (USR1).
  public static func line(_ text: String) {
    state.withLock { $0.printLine(text) }
  }

  /// Sets a hook that is called right before each line, for a program that draws on the same
  /// terminal. The hook must not print.
  package static func beforeLine(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.beforeLine = body }
  }

  /// Prints one line unless that could block: for the signal thread, which must stay responsive
  /// even if stderr is stuck.
  static func lineUnlessStuck(_ text: String) {
    guard System.isReady(StandardStreams.errors, for: POLLOUT, within: 0) else { return }
    _ = state.withLockIfAvailable { $0.printLine(text) }
  }

  /// Shows `text` as the terminal's progress line, replacing the previous one; an empty text clears
  /// it.
  static func transient(_ text: String) {
    state.withLock { state in
      guard text != state.transient else { return }
      write("\r\(text)\u{1B}[K")
      state.transient = text.isEmpty ? "" : "\r\(text)"
    }
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe writeOnce(rest)
        // Without stderr, there is no way to report that.
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

/// Text that is safe on a terminal: control characters in a file's name or texts become question
/// marks.
package func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isCommand) else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { isCommand($0) ? "?" : $0 }))
}

/// Control characters of both ranges, line separators, direction marks, and bytes of names that are
/// not UTF-8.
private func isCommand(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case ..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
  default: FileName.isByte(scalar)
  }
}
