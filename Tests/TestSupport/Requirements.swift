import Foundation
public import Testing

/// Finds programs the way a shell does.
public enum ProgramPath {
  /// The path of a program.
  ///
  /// - Throws: ``ToolFailure`` if PATH does not lead to it.
  public static func find(_ name: String) throws(ToolFailure) -> String {
    if name.contains("/") { return name }
    let directories = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for directory in directories.split(separator: ":") {
      let path = "\(directory)/\(name)"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw ToolFailure("\(name): not found; make test installs what the tests need")
  }
}

/// Programs and modules that the tests' machine must have.
public enum Requirement {
  /// Whether a requirement is met. Throws instead of returning false if `CI=true`: a skipped test
  /// would go unnoticed there.
  static func isMet(
    _ problem: ToolFailure?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ToolFailure) -> Bool {
    guard let problem else { return true }
    if environment["CI"] == "true" { throw problem }
    return false
  }

  /// The failure for the first missing program, if any.
  static func missing(_ programs: [String]) -> ToolFailure? {
    for program in programs {
      do throws(ToolFailure) {
        _ = try ProgramPath.find(program)
      } catch {
        return error
      }
    }
    return nil
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs these programs: without one it is skipped, and fails where `CI=true`.
  public static func requires(_ programs: String...) -> Self {
    .enabled("needs \(programs.joined(separator: ", "))") {
      try Requirement.isMet(Requirement.missing(programs))
    }
  }

  /// The test needs PipeWire and its doors (``withPipeWire(_:_:)``): without them it is skipped, and
  /// fails where `CI=true`.
  public static var requiresPipeWire: Self {
    .enabled("needs PipeWire") { try Requirement.isMet(PipeWireServer.problem) }
  }

  /// The test needs a Python with the sounddevice module (``Python/command(_:)``): without one it is
  /// skipped, and fails where `CI=true`.
  public static var requiresPythonSoundDevice: Self {
    .enabled("needs Python with sounddevice and numpy") {
      try Requirement.isMet(await Python.problem)
    }
  }
}

/// The Python that has the sounddevice module.
public enum Python {
  private static let search = Task { () -> Result<String, ToolFailure> in
    let own = BuiltTool.packageFile(".build/python/bin/python3")
    for candidate in [own, "python3"] {
      let probe = Command.program(candidate, ["-c", "import numpy, sounddevice"])
      if let result = try? await run(probe), result.succeeded { return .success(candidate) }
    }
    return .failure(ToolFailure("no python3 with sounddevice and numpy; make test makes one"))
  }

  static var problem: ToolFailure? {
    get async {
      if case .failure(let failure) = await search.value { failure } else { nil }
    }
  }

  /// A command that runs this Python.
  ///
  /// - Throws: ``ToolFailure`` if there is none.
  public static func command(_ arguments: [String]) async throws(ToolFailure) -> Command {
    .program(try await search.value.get(), arguments)
  }
}
