import ArgumentParser
import PCM
import SoundFile
import SoundTool

/// Files, or stdin, decoded, joined and written as raw PCM or into a file; no device.
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

  /// Opens all inputs and gives up what is not needed to decode them, before any is looked into.
  private func open(writing path: String? = nil) throws(ToolError) -> [AudioSource] {
    try AudioSource.open(files, inputOptions()) { Confinement.begin(writing: path) }
  }

  private func inputOptions() throws(ToolError) -> AudioSource.Options {
    var options = AudioSource.Options()
    options.raw = try Environment.rawFormat()
    options.typeOption = "--from"
    if let from {
      options.raw = from.raw.completed(by: options.raw)
      options.type = .named(from.type)
    }
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
        let source = try source.get()
        source.reportGuess()
        descriptions.append(SourceDescription(source))
      } catch {
        // The others are described, unless it was a signal.
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
    for source in sources {
      try source.checkStated(
        rate: formats.rate != nil || plan.type != .raw,
        channelCount: formats.channels != nil || plan.type != .raw)
      source.reportGuess()
    }
    try sources.checkAgreement(
      rate: formats.rate == nil, channelCount: formats.channels == nil && channels.map == nil)
    let format =
      (formats.format ?? plan.encodingInName).map { AudioFileFormat(plan.type, encoding: $0) }
      ?? sources.keptFormat(in: plan.type)
    let first = sources[0].format
    let target = StreamFormat(
      encoding: format.deliveredEncoding, rate: formats.rate ?? first.rate,
      channelCount: formats.channels ?? channels.map?.count ?? first.channelCount)
    var options = FramePipeline.Options()
    options.start = start.start
    options.length = length.length
    options.map = channels.map
    options.gain = level.gain
    options.dither = level.dither
    let pipeline = try FramePipeline(sources, to: target, options)
    let sink = try AudioSink(
      plan, as: format, rate: target.rate, channelCount: target.channelCount,
      options: sources[0].kept(in: target, options, frameCount: pipeline.frameCount))
    if plan.path != nil {
      Confinement.complete()
    } else if sources.allSatisfy(\.isRepeatable) {
      PipeWriter.growPipe(StandardStreams.output)
    }
    let line = progress.showsLine(hasFile: !plan.isStream) ? ProgressLine() : nil
    try sink.writeAll(of: pipeline, line: line)
    pipeline.reportClipped(besides: sink.clippedCount)
  }
}
