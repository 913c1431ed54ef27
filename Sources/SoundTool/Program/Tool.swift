public import ArgumentParser
internal import Platform

/// A program: options declared as properties, a plan, and its execution.
///
/// `main()` is the one place that handles parsing, help, errors, exit statuses and signals. A tool
/// decides everything in ``plan()`` before it opens anything. A tool that has a complaint but
/// continues to its end calls ``ProgramExit/remember(_:)``.
public protocol Tool: ParsableCommand, SendableMetatype {
  /// The options shared by all programs, as an `@OptionGroup`.
  var common: CommonOptions { get }

  /// The lines that `-V` prints after the program's version: `libsndfile-1.2.0`, `PortAudio
  /// V19.6.0`.
  static var libraryVersions: [String] { get }

  /// Whether INT, TERM or HUP is the intended end of this run, as in a recording without a length.
  var isOpenEnded: Bool { get }

  /// The operands, if there may be any number of them. Those at the end of the command line are added
  /// after it has been parsed, since ArgumentParser takes 20 µs for each.
  static var operands: WritableKeyPath<Self, [String]>? { get }

  /// Hints for options that this program lacks but others have, by name, such as ``-o``.
  static var unknownOptionHints: [String: String] { get }

  /// The program's decisions, as plain values.
  associatedtype Plan: Sendable

  /// Resolves options and environment, once; opens nothing.
  ///
  /// - Throws: A usage error.
  func plan() throws(ToolError) -> Plan

  /// Carries out the plan, without access to options.
  static func run(_ plan: Plan) throws(ToolError)
}

extension Tool {
  /// False: most programs have an end of their own, and die of a signal before it.
  public var isOpenEnded: Bool { false }

  /// None, or a fixed number.
  public static var operands: WritableKeyPath<Self, [String]>? { nil }

  /// No hints.
  public static var unknownOptionHints: [String: String] { [:] }

  /// Plans and runs.
  public mutating func run() throws { try Self.run(plan()) }

  /// The program's name, as in all messages.
  public static var programName: String {
    configuration.commandName ?? String(describing: self).lowercased()
  }

  /// Parses the command line, runs the program and ends the process.
  public static func main() {
    main(nil)
  }

  /// Runs the program with these arguments (by default the command line's) and ends the process.
  public static func main(_ arguments: [String]?) {
    StandardStreams.occupyClosed()
    Messages.program = programName
    do {
      switch try CommandLineParser.parse(
        Self.self, arguments ?? System.arguments)
      {
      case .text(let text):
        // Only parsing has happened; signals keep their default actions while printing.
        try StandardStreams.print(text)
        ProgramExit.end(nil, isOpenEnded: false)
      case .run(let tool):
        tool.runToTheEnd()
      }
    } catch {
      ProgramExit.end(error, isOpenEnded: false)
    }
  }

  private func runToTheEnd() -> Never {
    Messages.verbosity = common.verbosity
    if Messages.verbosity < .chatty {
      StandardStreams.reserveErrors()
      Crash.leaveOneLine()
    }
    if let operands = Self.operands { makeRoom(forOpenFiles: self[keyPath: operands].count) }
    // Without memory for a thread, the program's state no longer matters.
    onThreadFailure { ProgramExit.abandon($0) }
    SignalCenter.shared.start()
    do throws(ToolError) {
      try Self.run(plan())
    } catch {
      ProgramExit.end(error, isOpenEnded: isOpenEnded)
    }
    ProgramExit.end(nil, isOpenEnded: isOpenEnded)
  }
}
