public import ArgumentParser

/// The handling of a recording's file: as a series, per channel, which files to keep, and syncing.
public struct RecordingOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("New file after this time or size: 1:00:00, 100M.", valueName: "limit"),
    transform: Words.split)
  var split: SplitLimit?

  @Flag(name: .long, help: "Begin files at whole multiples of --split in local time.")
  var align = false

  @Flag(name: .long, help: "A mono file for each channel: take-ch1.wav, ...")
  var perChannel = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Keep only the newest n files of the series.", valueName: "n"),
    transform: Words.fileCount)
  var keep: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("End before the disk has less than this free: 2G.", valueName: "size"),
    transform: Words.byteCount)
  var minFree: Int?

  @Flag(name: .long, help: "Call fsync once a second, for power cuts.")
  var sync = false

  /// Creates options without values.
  public init() {}

  /// Resolves the options for this output.
  ///
  /// - Throws: A usage error if the options contradict each other or the output.
  public func plan(_ output: OutputPlan) throws(ToolError) -> FilePlan {
    if split == nil, align || keep != nil {
      throw .usage(align ? "--align" : "--keep", "needs --split")
    }
    if align, case .bytes = split { throw .usage("--align", "needs a time for --split") }
    let options: [(name: String, isGiven: Bool)] = [
      ("--split", split != nil), ("--per-channel", perChannel), ("--min-free", minFree != nil),
      ("--sync", sync),
    ]
    if let option = options.first(where: \.isGiven), output.isStream {
      throw .usage(option.name, "needs a file to write")
    }
    if let keep { try SeriesKeeper.check(output.type, keeping: keep) }
    var plan = FilePlan()
    plan.split = split
    plan.isAligned = align
    plan.isPerChannel = perChannel
    plan.keptCount = keep
    plan.leastFreeByteCount = minFree
    plan.syncs = sync
    return plan
  }
}

extension Words {
  /// A number of files, 1 or more.
  static func fileCount(_ text: String) throws(InvalidValue) -> Int {
    guard let count = wholeNumber(text), count > 0 else {
      throw InvalidValue("not a number of files, 1 or more")
    }
    return count
  }
}
