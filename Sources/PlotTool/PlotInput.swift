internal import PCM
internal import SoundFile
public import SoundTool

/// The inputs of a plot as one stream of floating-point frames.
public struct PlotInput {
  /// What reads them.
  public static var libraryVersions: [String] { [AudioFile.libraryVersion] }

  /// All of them, open.
  public let sources: [AudioSource]
  /// What of them is drawn.
  public var options = FramePipeline.Options()

  /// Inputs that are open.
  ///
  /// - Parameters:
  ///   - start: how much is skipped.
  ///   - length: how much is drawn at most.
  public init(
    _ sources: [AudioSource], start: StartOptions, length: LengthOptions, channels: MapOptions,
    plot: PlotOptions
  ) {
    self.sources = sources
    options.start = start.start
    options.length = length.length
    options.map = channels.map
    options.gain = plot.gain
  }

  /// Frames per second, those of the first input.
  var rate: Double { sources[0].format.rate }
  /// Channels that are drawn.
  var channelCount: Int { options.map?.count ?? sources[0].format.channelCount }
  /// Whether it comes as fast as it is read, not as somebody writes it.
  var isRepeatable: Bool { sources.allSatisfy(\.isRepeatable) }

  /// All inputs as one stream.
  func pipeline() throws(ToolError) -> FramePipeline {
    let format = StreamFormat(
      encoding: SampleEncoding(.float32), rate: rate, channelCount: channelCount)
    return try FramePipeline(sources, to: format, options)
  }

  /// What a picture of it is called.
  var title: String {
    let name = sources[0].name.split(separator: "/").last.map(String.init) ?? sources[0].name
    return sources.count == 1 ? printable(name) : "\(printable(name)) and \(sources.count - 1) more"
  }
}
