import ArgumentParser
import PCM
import SoundFile
import SoundTool

/// Decodes, joins and writes files or stdin as raw PCM or to a file, without a device.
@main
struct SdCat: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-cat",
    abstract: "Decode, join and convert sound files.",
    usage: "sd-cat [options] [file ...]",
    discussion: "Writes raw PCM to standard output, or a sound file with -o or -t.")

  static var libraryVersions: [String] { [AudioFile.libraryVersion] }

  @Option(
    name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Write to this file; its name tells the type.", valueName: "file"))
  var output: String?

  @OptionGroup var formats: FormatOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Every input is raw: s16le:44100:2, or just s16le.", valueName: "fmt"),
    transform: Words.inputKind)
  var from: InputKind?

  @OptionGroup var start: StartOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var channels: MapOptions
  @OptionGroup var level: LevelOptions
  @OptionGroup var clobber: ClobberOptions
  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Describe the files instead of writing them.")
  var info = false

  @Flag(help: "Decode the files and say of each whether it is whole; write nothing.")
  var check = false

  @Flag(help: "Silence of the same length for damaged stretches.")
  var fillGaps = false

  @Flag(name: .shortAndLong, help: "Describe, or list types, as JSON.")
  var json = false

  @Flag(help: "Describe one file as variables for eval.")
  var env = false

  @Flag(help: "List the types that can be read and written.")
  var types = false

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  private var describes: Bool { info || env || json }

  mutating func prepare() throws(ToolError) {
    if json, env { throw .usage("-j and --env", "give one of them, not both") }
    if env, files.count > 1 { throw .usage("--env", "describes one file") }
    try progress.check()
    if types || describes || check { return }
    let plan = try OutputPlan(
      path: output, type: formats.type, replacing: !clobber.noClobber)
    try plan.check(
      formats.format, rate: formats.rate ?? from?.raw.rate,
      channelCount: formats.channels ?? channels.map?.count ?? from?.raw.channelCount)
  }

  func run() throws(ToolError) {
    if types {
      return try StandardStreams.print(json ? TypeTable.json.pretty + "\n" : TypeTable.text)
    }
    if check { return try checkAll() }
    if describes { return try describe() }
    try copy()
  }

  /// Opens all inputs and drops the rights that decoding does not need, before any is read.
  private func open(writing path: String? = nil) throws(ToolError) -> [AudioSource] {
    try AudioSource.open(files, inputOptions()) { Confinement.begin(writing: path) }
  }

  private func inputOptions() throws(ToolError) -> AudioSource.Options {
    var options = AudioSource.Options()
    // -r and -c describe raw input too, as in every reader.
    let alike = RawFormat(rate: formats.rate, channelCount: formats.channels)
    options.raw = try (from?.raw ?? RawFormat()).completed(by: alike).completedByEnvironment()
    options.typeOption = "--from"
    options.formatOption = "--from"
    if let from { options.type = .named(from.type) }
    options.fillsGaps = fillGaps
    return options
  }

  private func checkAll() throws(ToolError) {
    try AudioSource.openEach(files, inputOptions(), whenOpen: { Confinement.begin() }) {
      name, source throws(ToolError) in
      let (text, isGood) = try SoundCheck.line(name, source)
      try StandardStreams.print(text + "\n")
      if !isGood { ProgramExit.remember(ExitStatus.failure) }
    }
  }

  private func describe() throws(ToolError) {
    var descriptions: [SourceDescription] = []
    try AudioSource.openEach(files, inputOptions(), whenOpen: { Confinement.begin() }) {
      _, source throws(ToolError) in
      do throws(ToolError) {
        descriptions.append(SourceDescription(try source.get()))
      } catch {
        // The others are still described, unless a signal came.
        guard error.kind == .reported else { throw error }
        ProgramExit.remember(error)
      }
    }
    if json {
      try StandardStreams.print(JSON.array(descriptions.map(\.json)).pretty + "\n")
    } else {
      let texts = descriptions.map { env ? $0.environment : $0.text }
      try StandardStreams.print(texts.joined())
    }
  }

  private func copy() throws(ToolError) {
    let plan = try OutputPlan(
      path: output, type: formats.type, replacing: !clobber.noClobber)
    let sources = try open(writing: plan.path)
    try plan.refuse(sources)
    let target = try target(of: sources, plan)
    var options = FramePipeline.Options()
    options.start = start.start
    options.length = length.length
    options.map = channels.map
    options.gain = level.gain
    options.dither = level.dither
    let pipeline = try FramePipeline(sources, to: target.stream, options)
    sources.reportConversion(to: target.stream, asked: target.asked, map: channels.map != nil)
    if plan.isRawPipe, formats.type == .auto,
      let surprise = try target.asked.surprise(in: target.stream)
    {
      Messages.note("stdout", surprise)
    }
    let sink = try AudioSink(
      plan, as: target.file, rate: target.stream.rate, channelCount: target.stream.channelCount,
      options: sources[0].kept(
        in: target.stream, options, frameCount: pipeline.frameCount))
    if plan.path != nil {
      Confinement.complete()
    } else if sources.allSatisfy(\.isRepeatable) {
      PipeWriter.growPipe(StandardStreams.output)
    }
    let line = progress.showsLine(hasFile: !plan.isStream) ? ProgressLine() : nil
    try sink.writeAll(of: pipeline, line: line)
    pipeline.reportClipped(besides: sink.clippedCount)
  }

  /// The resulting format, and the part of it that options requested.
  private typealias Target = (file: AudioFileFormat, stream: StreamFormat, asked: RawFormat)

  /// The raw format for a raw stdout that neither -f nor -t describes, otherwise the inputs' own,
  /// except for options.
  private func target(of sources: [AudioSource], _ plan: OutputPlan) throws(ToolError) -> Target {
    var asked = formats.rawFormat
    asked.channelCount = asked.channelCount ?? channels.map?.count
    if plan.path == nil, plan.type == .raw, formats.type == .auto, asked.encoding == nil {
      let stream = try asked.completedByEnvironment().resolved
      return (AudioFileFormat(.raw, encoding: stream.encoding), stream, asked)
    }
    try sources.checkAgreement(rate: asked.rate == nil, channelCount: asked.channelCount == nil)
    asked.encoding = asked.encoding ?? plan.encodingInName
    let file =
      asked.encoding.map { AudioFileFormat(plan.type, encoding: $0) }
      ?? sources.keptFormat(in: plan.type)
    let first = sources[0].format
    let stream = StreamFormat(
      encoding: file.deliveredEncoding, rate: asked.rate ?? first.rate,
      channelCount: asked.channelCount ?? first.channelCount)
    asked.encoding = stream.encoding
    return (file, stream, asked)
  }
}
