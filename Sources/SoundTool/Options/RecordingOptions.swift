public import ArgumentParser
public import PCM
public import SoundFile

/// What becomes of a recording's file: a series, a file for each channel, what is kept and synced.
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

  /// No options given.
  public init() {}

  /// Throws a usage error where the options do not go together, or with the output.
  ///
  /// - Parameter plan: Where the recording goes.
  public func check(_ plan: OutputPlan) throws(ToolError) {
    if split == nil, align || keep != nil {
      throw .usage(align ? "--align" : "--keep", "needs --split")
    }
    if align, case .bytes = split { throw .usage("--align", "needs a time for --split") }
    let options: [(name: String, isGiven: Bool)] = [
      ("--split", split != nil), ("--per-channel", perChannel), ("--min-free", minFree != nil),
      ("--sync", sync),
    ]
    if let option = options.first(where: \.isGiven), plan.isStream {
      throw .usage(option.name, "needs a file to write")
    }
    if let keep { try SeriesKeeper.check(plan.type, keeping: keep) }
  }

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - plan: Where the recording goes.
  ///   - fileFormat: Type and codec.
  ///   - format: The frames; its encoding is the file format's.
  ///   - length: How long the recording will be, as far as that is known.
  public func open(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat,
    length: AudioFileWriter.Length
  ) throws(ToolError) -> any FrameSink {
    if let minFree, let path = plan.path {
      try DiskGuard.check(path: path, leastByteCount: minFree)
    }
    let sink: any FrameSink
    if perChannel {
      let isSplit = split != nil
      let files = try ChannelFiles(format) { channel, mono throws(ToolError) -> any FrameSink in
        let plan = isSplit ? plan : try plan.forChannel(channel)
        return try open(plan, as: fileFormat, format: mono, length: length, channel: channel)
      }
      SignalCenter.shared.onSplit(files.splitter)
      sink = files
    } else {
      sink = try open(plan, as: fileFormat, format: format, length: length, channel: nil)
    }
    guard let minFree, let path = plan.path else { return sink }
    return DiskGuard(sink, path: path, leastByteCount: minFree)
  }

  private func open(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat,
    length: AudioFileWriter.Length, channel: Int?
  ) throws(ToolError) -> any FrameSink {
    if let split {
      let series = try FileSeries(
        plan, as: fileFormat, format: format,
        limit: split.limit(at: format.rate, aligned: align), channel: channel, keeping: keep,
        syncs: sync)
      if channel == nil { SignalCenter.shared.onSplit(series.splitter) }
      return series
    }
    var options = AudioFileWriter.Options()
    options.reservesOrigination = true
    options.length = length
    return try AudioSink(
      plan, as: fileFormat, rate: format.rate, channelCount: format.channelCount, options: options,
      syncs: sync)
  }
}

extension OutputPlan {
  /// The plan for one channel's own file: `take-ch2.wav`.
  func forChannel(_ channel: Int) throws(ToolError) -> OutputPlan {
    guard let path else { return self }
    return try OutputPlan(
      path: SeriesNamer.inserting("-ch\(channel)", into: path), type: .named(type),
      replacing: replacing)
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
