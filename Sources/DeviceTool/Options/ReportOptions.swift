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

  /// Creates options without values.
  public init() {}

  /// The reports and their destinations.
  ///
  /// - Parameters:
  ///   - hasFile: Whether the program was given a file, and so is not inside a pipeline.
  ///   - output: The destination of the recorded sound.
  /// - Throws: A usage error if the descriptor is not open, or carries the sound.
  public func plan(hasFile: Bool, output: OutputPlan? = nil) throws(ToolError) -> ReportPlan {
    try progress.check()
    var plan = ReportPlan()
    plan.showsLine = progress.showsLine(hasFile: hasFile)
    plan.showsSummary = output?.path != nil && Messages.isTerminal
    plan.descriptor = statusDescriptor
    guard let statusDescriptor else { return plan }
    let subject = "--status-fd \(statusDescriptor)"
    guard FileIdentity(descriptor: statusDescriptor) != nil else {
      throw .usage(subject, "not open")
    }
    if statusDescriptor == 1, let output, output.path == nil {
      throw .usage(subject, "standard output carries the sound")
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
