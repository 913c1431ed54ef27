internal import Platform

/// The exit statuses shared by all programs. Death by signal (128+N) is not included, because a
/// program cannot return it.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Success.
  case success = 0
  /// A failure while running.
  case failure = 1
  /// An error in the command line or the environment, found before anything was opened.
  case usage = 2
  /// Success with lost frames, if the user asked for this status.
  case framesLost = 3

  /// The worse of two statuses: usage, then failure, then lost frames.
  public func worse(than other: ExitStatus) -> Bool {
    let order: [ExitStatus] = [.success, .framesLost, .failure, .usage]
    return (order.firstIndex(of: self) ?? 0) > (order.firstIndex(of: other) ?? 0)
  }
}

/// Why a program ends early: one line for the user, and the status to exit with.
///
/// The message reads `subject: complaint`; the program's name is put before it by ``Messages``.
public struct ToolError: Error, Hashable, Sendable {
  /// The kind of end, for code that must distinguish them.
  public enum Kind: Hashable, Sendable {
    /// The message is printed and the status returned.
    case reported
    /// A signal asked the program to stop: nothing is printed.
    case stopped
    /// The reader of our output is gone: the program dies of SIGPIPE without a message.
    case brokenPipe
  }

  /// The line for the user, without the program's name.
  public let message: String
  /// The status to exit with, unless a signal ended the program.
  public let status: ExitStatus
  /// The kind of end.
  public let kind: Kind

  /// Creates an error with a complete message; `usage` and `failure` build the usual ones.
  public init(message: String, status: ExitStatus, kind: Kind = .reported) {
    self.message = message
    self.status = status
    self.kind = kind
  }

  /// The command line or the environment is wrong.
  public static func usage(_ subject: String, _ complaint: String) -> ToolError {
    ToolError(message: join(subject, complaint), status: .usage)
  }

  /// Something failed while running.
  public static func failure(_ subject: String, _ complaint: String) -> ToolError {
    ToolError(message: join(subject, complaint), status: .failure)
  }

  /// A system call failed with this `errno`.
  public static func failure(_ subject: String, errno code: Int32) -> ToolError {
    failure(subject, systemMessage(code))
  }

  /// Success with lost frames, if the user asked for this status.
  public static func framesLost(_ subject: String, _ complaint: String) -> ToolError {
    ToolError(message: join(subject, complaint), status: .framesLost)
  }

  /// A signal asked the program to stop.
  public static let stopped = ToolError(message: "", status: .success, kind: .stopped)

  /// The reader of `subject` (usually stdout) is gone.
  public static func brokenPipe(_ subject: String) -> ToolError {
    ToolError(message: join(subject, "broken pipe"), status: .failure, kind: .brokenPipe)
  }

  // An empty subject is the program itself.
  private static func join(_ subject: String, _ complaint: String) -> String {
    subject.isEmpty ? complaint : "\(subject): \(complaint)"
  }
}

extension ToolError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
