public import PCM
public import SoundFile

/// A description of an input, in the three forms of `--info`.
public struct SourceDescription: Hashable, Sendable {
  /// The operand, or `stdin`.
  public let name: String
  /// Type and codec.
  public let fileFormat: AudioFileFormat
  /// The format that reading it delivers.
  public let format: StreamFormat
  /// Frames, or nil if only the end reveals it.
  public let frameCount: Int?
  /// The speaker of each channel, if known.
  public let layout: ChannelLayout?
  /// The capture time of the first frame, if the header has it.
  public let origination: Origination?
  /// The texts in it.
  public let tags: AudioFileTags

  /// Describes an open input without reading it.
  public init(_ source: AudioSource) {
    name = source.name
    fileFormat = source.file.format
    format = source.format
    frameCount = source.frameCount
    layout = source.file.layout
    origination = source.file.origination
    tags = source.file.tags
  }

  /// Seconds, or nil if only the end reveals it.
  public var duration: Double? { frameCount.map { Double($0) / format.rate } }

  /// For people: one line, and another for each text.
  ///
  ///     take.wav: wav s16le, 44100 Hz, 2 channels, 3676543 frames, 1:23.3
  public var text: String {
    var parts = [fileFormat.name, hertz(format.rate), channels(format.channelCount) + speakers]
    if let frameCount, let duration {
      parts += [counted(frameCount, "frame"), ProgressLine.clock(duration)]
    }
    var lines = ["\(name): \(parts.joined(separator: ", "))"]
    if let origination {
      lines.append("  captured: \(origination) (time reference \(origination.timeReference))")
    }
    lines += tags.all.map { "  \($0.key.rawValue): \($0.text)" }
    // A name or a text may contain a newline or an escape; each remains one harmless line.
    return lines.map { printable($0) + "\n" }.joined()
  }

  /// ` (5.1: FL FR FC LFE BL BR)`; empty for plain mono and stereo.
  private var speakers: String {
    guard let layout,
      layout.channelCount > 2 || layout != ChannelLayout.standard(layout.channelCount)
    else {
      return ""
    }
    return " (\(layout): \(layout.positions.map(\.name).joined(separator: " ")))"
  }

  private var positions: JSON {
    guard let layout else { return .null }
    return .array(layout.positions.map { .string($0.name) })
  }

  /// For scripts; unknown values are null.
  public var json: JSON {
    .object([
      .init("file", .string(name)),
      .init("type", .string(fileFormat.type.name)),
      .init("codec", .string(fileFormat.codec.name)),
      .init("format", .string(format.encoding.name)),
      .init("rate", .number(format.rate)),
      .init("channels", .integer(format.channelCount)),
      .init("layout", layout.map { .string($0.name) } ?? .null),
      .init("positions", positions),
      .init("frames", .optional(frameCount)),
      .init("seconds", .optional(duration)),
      .init(
        "origination",
        origination.map {
          .object([
            .init("date", .string($0.date)), .init("time", .string($0.time)),
            .init("time_reference", .integer($0.timeReference)),
          ])
        } ?? .null),
      .init("tags", .object(tags.all.map { .init($0.key.rawValue, .string($0.text)) })),
    ])
  }

  /// For `eval`: variables that describe the raw samples that sd-cat makes of it.
  public var environment: String {
    let rate = Int(exactly: format.rate).map(String.init) ?? String(format.rate)
    return
      "SD_RATE=\(rate) SD_CHANNELS=\(format.channelCount) SD_FORMAT=\(format.encoding.name)\n"
  }
}
