internal import PCM
internal import SoundFile
internal import SoundTool

/// The inputs of a plot as one stream of floating-point frames.
struct PlotInput {
  /// The versions of the libraries that read them.
  static var libraryVersions: [String] { [AudioFile.libraryVersion] }

  /// All inputs, open.
  let sources: [AudioSource]
  /// The part of them to draw.
  let options: FramePipeline.Options

  init(_ sources: [AudioSource], _ options: FramePipeline.Options) {
    self.sources = sources
    self.options = options
  }

  /// Frames per second, from the first input.
  var rate: Double { sources[0].format.rate }
  /// The number of channels to draw.
  var channelCount: Int { options.map?.count ?? sources[0].format.channelCount }
  /// Whether it arrives as fast as it is read, rather than as it is written.
  var isRepeatable: Bool { sources.allSatisfy(\.isRepeatable) }

  /// All inputs as one stream.
  func pipeline() throws(ToolError) -> FramePipeline {
    let format = StreamFormat(
      encoding: SampleEncoding(.float32), rate: rate, channelCount: channelCount)
    return try FramePipeline(sources, to: format, options)
  }

  /// The title of a picture of it.
  var title: String {
    let name = sources[0].name.split(separator: "/").last.map(String.init) ?? sources[0].name
    return sources.count == 1 ? printable(name) : "\(printable(name)) and \(sources.count - 1) more"
  }
}
