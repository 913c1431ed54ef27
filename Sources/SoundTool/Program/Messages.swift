// How the programs speak. Every line a program prints for a person passes through this file.
//
//  - `program: subject: complaint`, on stderr, one line, one write(2), whatever else is writing.
//  - Lower case, no full stop, no colour, no backtrace, the same in every locale.
//  - The complaint says what would work, when that is known.
//  - An error is always printed. A note is printed unless -q, a detail only with -v.
//  - What a library prints reaches nobody without -vv: stderr is ours from start to end.
//  - What may come often (an xrun, a stall) goes through a RateLimit, with a total at the end.

internal import Platform
internal import SoundFile
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

    // Called before a line is printed.
    var beforeLine: (@Sendable () -> Void)?

    func printLine(_ text: String) {
      beforeLine?()
      let wipe = transient.isEmpty ? "" : "\r\u{1B}[K"
      Messages.write("\(wipe)\(program): \(printable(text))\n\(transient)")
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

  /// Whether a person reads them, on a terminal.
  public static var isTerminal: Bool { System.isTerminal(StandardStreams.errors) }

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

  /// Sets what is called right before each line: for a program that draws on the same terminal, and
  /// must not draw over it. It may print nothing itself.
  package static func beforeLine(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.beforeLine = body }
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

/// Text as a terminal may have it: what is no letter but a command, in a file's name or a text in a
/// file, becomes a question mark.
package func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isCommand) else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { isCommand($0) ? "?" : $0 }))
}

/// Control characters of both kinds, what ends a line or turns its direction, and bytes of names
/// that are no UTF-8.
private func isCommand(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case ..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
  default: FileName.isByte(scalar)
  }
}
