import Foundation

/// A child process's standard input.
public enum ProcessInput: Sendable {
  /// Empty: the end comes at once.
  case null
  /// A pipe that carries these bytes and then ends.
  case bytes([UInt8])
  /// A file, opened for reading.
  case file(String)
  /// A pipe fed by ``ToolProcess/write(_:timeout:)`` and ended by ``ToolProcess/closeInput()``.
  case pipe
  /// No descriptor at all, as the shell's `<&-` leaves it.
  case closed
  /// The process's terminal, which ``ToolProcess/type(_:)`` feeds.
  case terminal
  /// An open descriptor of the test process, which the caller owns.
  case descriptor(Int32)

  /// A pipe that carries this text and then ends.
  public static func text(_ text: String) -> ProcessInput { .bytes(Array(text.utf8)) }
}

/// The target of a child process's output.
public enum ProcessOutput: Sendable {
  /// A pipe that is drained continuously.
  case captured
  /// A pipe that ``ToolProcess/readOutput(_:from:timeout:)`` alone drains, so that it fills up and
  /// the child must wait.
  case onDemand
  /// A file, created or truncated.
  case file(String)
  /// Discarded.
  case null
  /// No descriptor at all.
  case closed
  /// A pipe without a reader.
  case broken
  /// The process's terminal, read with ``ToolProcess/terminalText``.
  case terminal
  /// Another descriptor's target, as with the shell's `2>&1`.
  case same(Int32)
  /// An open descriptor of the test process, which the caller owns.
  case descriptor(Int32)
}

/// A program and everything it starts with.
public struct Command: Sendable, CustomStringConvertible {
  /// The program's name or path.
  public var name: String
  /// Whether the name is one of this package's own programs, found beside the tests.
  public var isTool: Bool
  /// The arguments, without the program's name.
  public var arguments: [String]
  /// Changes to ``baseEnvironment``; `nil` removes a variable.
  public var environment: [String: String?] = [:]
  /// Standard input.
  public var input = ProcessInput.null
  /// The output descriptors: standard output, standard error and any others.
  public var outputs: [Int32: ProcessOutput] = [1: .captured, 2: .captured]
  /// Signals that the program inherits as ignored, by their shell names (`INT`, `PIPE`).
  public var ignoredSignals: [String] = []
  /// The directory to start in; by default the tests' own.
  public var workingDirectory: String?

  /// One of this package's programs, as built with the tests.
  public static func tool(_ name: String, _ arguments: [String] = []) -> Command {
    Command(name: name, isTool: true, arguments: arguments)
  }

  /// Any program: a path, or a name looked up in PATH.
  public static func program(_ name: String, _ arguments: [String] = []) -> Command {
    Command(name: name, isTool: false, arguments: arguments)
  }

  /// A shell command line.
  public static func shell(_ line: String) -> Command { .program("sh", ["-c", line]) }

  /// The same command with other standard input.
  public func reading(_ input: ProcessInput) -> Command { changed { $0.input = input } }

  /// The same command with another destination for one descriptor.
  public func writing(_ output: ProcessOutput, to descriptor: Int32 = 1) -> Command {
    changed { $0.outputs[descriptor] = output }
  }

  /// The same command with more changes to its environment.
  public func with(environment: [String: String?]) -> Command {
    changed { $0.environment.merge(environment) { $1 } }
  }

  /// The same command with signals inherited as ignored.
  public func ignoring(_ signals: String...) -> Command { changed { $0.ignoredSignals += signals } }

  private func changed(_ change: (inout Command) -> Void) -> Command {
    var copy = self
    change(&copy)
    return copy
  }

  /// The command line as typed.
  public var description: String {
    ([name] + arguments).map { word in
      let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
      return plain && !word.isEmpty ? word : "'\(word)'"
    }.joined(separator: " ")
  }

  /// The tests' own environment without variables that select a sound server or a default of the
  /// tools, so that a developer's desktop never changes a result.
  public static let baseEnvironment: [String: String] = {
    let chosen = ["SD_", "JACK_", "PULSE_", "PIPEWIRE_", "ALSA_", "PA_ALSA_", "AUDIODEV"]
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !chosen.contains { name.hasPrefix($0) }
    }
    environment["JACK_NO_START_SERVER"] = "1"
    environment["JACK_DEFAULT_SERVER"] = "sd-test-none"
    environment["PULSE_SERVER"] = "unix:/nonexistent"
    return environment
  }()
}
