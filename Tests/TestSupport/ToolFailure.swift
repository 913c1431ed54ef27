import Foundation

/// A failure of a child process or a private server, described for a test's log.
public struct ToolFailure: Error, CustomStringConvertible, Sendable {
  /// The full description.
  public let description: String

  /// Creates a failure from a description.
  public init(_ description: String) { self.description = description }

  /// Creates a failure from a system call and its error.
  init(_ operation: String, code: Int32) {
    self.init("\(operation): \(unsafe String(cString: strerror(code)))")
  }
}

/// How a process ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
  /// It returned this status.
  case exited(Int32)
  /// It died of this signal.
  case signalled(Int32)

  /// The status as a shell shows it in `$?`.
  public var shellStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    }
  }

  /// `exited 0`, `signalled 13`.
  public var description: String {
    switch self {
    case .exited(let status): "exited \(status)"
    case .signalled(let signal): "signalled \(signal)"
    }
  }
}

/// The result of a finished process.
public struct ToolResult: Sendable, CustomStringConvertible {
  /// The command that ran.
  public let command: Command
  /// How it ended.
  public let status: ExitStatus
  /// The unread output on each captured descriptor.
  public let outputs: [Int32: [UInt8]]
  /// The unread text on its terminal.
  public let terminalText: String

  /// Standard output.
  public var output: [UInt8] { outputs[1] ?? [] }
  /// Standard output as text.
  public var outputText: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: outputs[2] ?? [], as: UTF8.self) }
  /// Whether it returned 0.
  public var succeeded: Bool { status == .exited(0) }

  /// The command, its status and its messages, for a test's log.
  public var description: String {
    "\(command): \(status), \(output.count) bytes out, stderr: \(errorText)"
  }
}
