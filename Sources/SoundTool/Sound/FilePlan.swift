public import SoundFile

/// The handling of a recording's file: as a series, per channel, which files to keep, and syncing.
public struct FilePlan: Hashable, Sendable {
  /// The condition that starts the next file of a series; nil for one file.
  public var split: SplitLimit?
  /// Whether files start at whole multiples of that in local time.
  public var isAligned = false
  /// Whether each channel has its own file.
  public var isPerChannel = false
  /// The number of files in the series to keep; nil for all.
  public var keptCount: Int?
  /// The number of bytes to keep free on the disk; nil for no check.
  public var leastFreeByteCount: Int?
  /// Whether to force the file to the disk once per second.
  public var syncs = false

  /// Whether the recording consists of events, of which there may be none.
  public var hasEvents = false

  /// Creates a plan for one file.
  public init() {}

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - plan: The destination of the recording.
  ///   - fileFormat: The type and codec.
  ///   - format: The frames' format; its encoding is the file format's.
  ///   - length: The length of the recording, as far as known.
  ///   - didBegin: Called for each file of a series, like ``FileSeries/didBegin``.
  public func open(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat,
    length: AudioFileWriter.Length,
    didBegin: ((_ path: String, _ frame: Int, _ captured: Double) -> Void)? = nil
  ) throws(ToolError) -> any FrameSink {
    if let least = leastFreeByteCount, let path = plan.path {
      try DiskGuard.check(path: path, leastByteCount: least)
    }
    let sink: any FrameSink
    if isPerChannel {
      let isSplit = split != nil
      let files = try ChannelFiles(format) { channel, mono throws(ToolError) -> any FrameSink in
        let plan = isSplit ? plan : try plan.forChannel(channel)
        return try open(
          plan, as: fileFormat, format: mono, length: length, channel: channel, didBegin: didBegin)
      }
      SignalCenter.shared.onSplit(files.splitter)
      sink = files
    } else {
      sink = try open(
        plan, as: fileFormat, format: format, length: length, channel: nil, didBegin: didBegin)
    }
    guard let least = leastFreeByteCount, let path = plan.path else { return sink }
    return DiskGuard(sink, path: path, leastByteCount: least)
  }

  private func open(
    _ plan: OutputPlan, as fileFormat: AudioFileFormat, format: StreamFormat,
    length: AudioFileWriter.Length, channel: Int?,
    didBegin: ((_ path: String, _ frame: Int, _ captured: Double) -> Void)?
  ) throws(ToolError) -> any FrameSink {
    if let split {
      let series = try FileSeries(
        plan, as: fileFormat, format: format,
        limit: split.limit(at: format.rate, aligned: isAligned), channel: channel,
        keeping: keptCount,
        syncs: syncs, mayBeEmpty: hasEvents)
      series.didBegin = didBegin
      if channel == nil { SignalCenter.shared.onSplit(series.splitter) }
      return series
    }
    var options = AudioFileWriter.Options()
    options.reservesOrigination = true
    options.length = length
    return try AudioSink(
      plan, as: fileFormat, rate: format.rate, channelCount: format.channelCount, options: options,
      syncs: syncs)
  }
}

extension OutputPlan {
  /// The plan for one channel's file: `take-ch2.wav`.
  func forChannel(_ channel: Int) throws(ToolError) -> OutputPlan {
    guard let path else { return self }
    return try OutputPlan(
      path: SeriesNamer.inserting("-ch\(channel)", into: path), type: .named(type),
      replacing: replacing)
  }
}
