internal import Platform

/// The exit statuses every program shares; death by a signal (128+N) is not among them, because it
/// is not a status a program may return.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Everything asked for was done.
  case success = 0
  /// It failed while running.
  case failure = 1
  /// The command line, or the environment, is wrong; found before anything was opened.
  case usage = 2
  /// All done, but frames were lost and the user asked to know.
  case framesLost = 3

  /// The status that outranks `other`: usage, then failure, then lost frames.
  public func worse(than other: ExitStatus) -> Bool {
    let order: [ExitStatus] = [.success, .framesLost, .failure, .usage]
    return (order.firstIndex(of: self) ?? 0) > (order.firstIndex(of: other) ?? 0)
  }
}

/// Why a program ends early: one line for the user, and the status to exit with.
///
/// The message reads `subject: complaint`; the program's name is put before it by ``Messages``.
public struct ToolError: Error, Hashable, Sendable {
  /// What kind of end this is, for the code that must tell them apart.
  public enum Kind: Hashable, Sendable {
    /// The message is printed and the status returned.
    case reported
    /// A signal asked the program to stop: nothing is printed.
    case stopped
    /// The reader of our output went away: the program dies of SIGPIPE without a word.
    case brokenPipe
  }

  /// The line for the user, without the program's name.
  public let message: String
  /// The status to exit with, unless a signal ended the program.
  public let status: ExitStatus
  /// What kind of end this is.
  public let kind: Kind

  /// An error with a message as it stands; `usage` and `failure` build the usual ones.
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

  /// All done, but frames were lost and the user asked to know.
  public static func framesLost(_ subject: String, _ complaint: String) -> ToolError {
    ToolError(message: join(subject, complaint), status: .framesLost)
  }

  /// A signal asked the program to stop.
  public static let stopped = ToolError(message: "", status: .success, kind: .stopped)

  /// The reader of `subject` (usually stdout) went away.
  public static func brokenPipe(_ subject: String) -> ToolError {
    ToolError(message: join(subject, "broken pipe"), status: .failure, kind: .brokenPipe)
  }

  /// The same error in other words.
  func replacing(_ words: String, _ others: String) -> ToolError {
    ToolError(message: message.replacing(words, with: others), status: status, kind: kind)
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
