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

  /// Throws a usage error if the descriptor is not open, or carries the sound.
  ///
  /// - Parameter soundToOutput: whether stdout does.
  public func check(soundToOutput: Bool = false) throws(ToolError) {
    try progress.check()
    if soundToOutput, statusDescriptor == 1 {
      throw .usage("--status-fd 1", "stdout carries the sound; try --status-fd 2")
    }
    guard let statusDescriptor, FileIdentity(descriptor: statusDescriptor) == nil else { return }
    throw .usage("--status-fd \(statusDescriptor)", "not open")
  }

  /// Where the program tells what it does.
  ///
  /// - Parameter hasFile: Whether it was given a file, and so is not inside a pipeline.
  public func reporting(hasFile: Bool) throws(ToolError) -> Reporting {
    var feed: StatusFeed?
    if let statusDescriptor {
      feed = try StatusFeed(descriptor: StandardStreams.current(statusDescriptor))
    }
    return Reporting(
      line: progress.showsLine(hasFile: hasFile) ? ProgressLine() : nil, feed: feed)
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
