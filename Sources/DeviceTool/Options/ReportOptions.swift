public import ArgumentParser
public import SoundTool

/// `--meter`, `--progress`, `--no-progress` and `--status-fd`.
public struct ReportOptions: ParsableArguments {
  @OptionGroup var progress: ProgressOptions

  @Option(
    name: .customLong("status-fd"), parsing: .unconditional,
    help: ArgumentHelp("Write JSON lines about the stream to descriptor n.", valueName: "n"),
    transform: Words.descriptor)
  var statusDescriptor: CInt?

  /// No options given.
  public init() {}

  /// What is reported, and where.
  ///
  /// - Parameters:
  ///   - hasFile: Whether the program was given a file, and so is not inside a pipeline.
  ///   - soundToOutput: Whether stdout carries the sound.
  /// - Throws: a usage error if the descriptor is not open, or carries the sound.
  public func plan(hasFile: Bool, soundToOutput: Bool = false) throws(ToolError) -> ReportPlan {
    try progress.check()
    if soundToOutput, statusDescriptor == 1 {
      throw .usage("--status-fd 1", "stdout carries the sound; try --status-fd 2")
    }
    var plan = ReportPlan()
    plan.showsLine = progress.showsLine(hasFile: hasFile)
    plan.descriptor = statusDescriptor
    if let statusDescriptor, FileIdentity(descriptor: statusDescriptor) == nil {
      throw .usage("--status-fd \(statusDescriptor)", "not open")
    }
    return plan
  }
}

extension Words {
  /// A descriptor's number.
  public static func descriptor(_ text: String) throws(InvalidValue) -> CInt {
    guard let number = CInt(text), number >= 0 else {
      throw InvalidValue("not a descriptor's number")
    }
    return number
  }
}
