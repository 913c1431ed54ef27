public import ArgumentParser
internal import Platform

/// One of the programs: options declared as properties, then ``prepare()`` and `run()`.
///
/// `main()` is the one place where parsing, help, errors, exit statuses and signals end. `run()`
/// throws ``ToolError``; a tool that has a complaint but goes on to the end says so with
/// ``ProgramExit/remember(_:)``.
public protocol Tool: ParsableCommand, SendableMetatype {
  /// The options all programs share, as an `@OptionGroup`.
  var common: CommonOptions { get }

  /// What `-V` prints after the program's own version: `libsndfile-1.2.0`, `PortAudio V19.6.0`.
  static var libraryVersions: [String] { get }

  /// Whether INT, TERM or HUP is how this run is meant to end: a recording without a length.
  var isOpenEnded: Bool { get }

  /// What to say of an option that this program has not, by its name: ``-o`` and the like, which
  /// others have.
  static var unknownOptionHints: [String: String] { get }

  /// Finds what the command line and the environment alone show to be wrong; nothing is opened
  /// before it returns.
  mutating func prepare() throws(ToolError)
}

extension Tool {
  /// False: most programs have an end of their own, and die of a signal that comes before it.
  public var isOpenEnded: Bool { false }

  /// None.
  public static var unknownOptionHints: [String: String] { [:] }

  /// Nothing to find.
  public mutating func prepare() throws(ToolError) {}

  /// The program's name, as in every message.
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
        // Parsing is all that has happened; the default actions of signals are right for a print.
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
    var tool = self
    Messages.verbosity = tool.common.verbosity
    if Messages.verbosity < .chatty {
      StandardStreams.reserveErrors()
      Crash.leaveOneLine()
    }
    // Whatever the state is that this thread was to serve, there is no memory for it.
    onThreadFailure { ProgramExit.abandon($0) }
    SignalCenter.shared.start()
    do throws(ToolError) {
      try tool.prepare()
      do {
        try tool.run()
      } catch let error as ToolError {
        throw error
      } catch {
        throw ToolError.failure("", "\(error)")
      }
    } catch {
      ProgramExit.end(error, isOpenEnded: tool.isOpenEnded)
    }
    ProgramExit.end(nil, isOpenEnded: tool.isOpenEnded)
  }
}

/// A program that knows, before it opens anything, all that it is going to do.
public protocol PlannedTool: Tool {
  /// What it is to do, as plain values.
  associatedtype Plan: Sendable

  /// What options and environment say, resolved once; opens nothing.
  ///
  /// - Throws: a usage error.
  func plan() throws(ToolError) -> Plan

  /// Does it, without a look at an option.
  static func run(_ plan: Plan) throws(ToolError)
}

extension PlannedTool {
  /// Plans and runs.
  public mutating func run() throws { try Self.run(plan()) }
}
