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

  static var operands: WritableKeyPath<Self, [String]>? { \.files }

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  func plan() throws(ToolError) -> CatPlan {
    if json, env { throw .usage("-j and --env", "give one of them, not both") }
    if env, files.count > 1 { throw .usage("--env", "describes one file") }
    try progress.check()
    var plan = CatPlan()
    plan.task = task
    if types { return plan }
    plan.files = files
    plan.reading = try reading()
    guard plan.task == .copy else { return plan }
    let output = try OutputPlan(
      path: output, type: formats.type, replacing: !clobber.noClobber)
    try output.check(
      formats.format, rate: formats.rate ?? from?.raw.rate,
      channelCount: formats.channels ?? channels.map?.count ?? from?.raw.channelCount)
    plan.output = output
    plan.isTypeStated = formats.type != .auto
    plan.asked = formats.rawFormat
    plan.asked.channelCount = plan.asked.channelCount ?? channels.map?.count
    if output.path == nil, output.type == .raw, !plan.isTypeStated {
      plan.rawOutput = try plan.asked.completedByEnvironment().resolved
    }
    plan.sound.readsAhead = true
    plan.sound.start = start.start
    plan.sound.length = length.length
    plan.sound.map = channels.map
    plan.sound.gain = level.gain
    plan.sound.dither = level.dither
    plan.showsLine = progress.showsLine(hasFile: !output.isStream)
    return plan
  }

  private var task: CatPlan.Task {
    if types { return json ? .listTypesAsJSON : .listTypes }
    if check { return .check }
    if json { return .describeAsJSON }
    return env ? .describeAsVariables : info ? .describe : .copy
  }

  /// What -r and -c make of a file is what they say of raw data, as in every reader.
  private func reading() throws(ToolError) -> AudioSource.Options {
    var options = AudioSource.Options()
    let alike = RawFormat(rate: formats.rate, channelCount: formats.channels)
    options.raw = try (from?.raw ?? RawFormat()).completed(by: alike).completedByEnvironment()
    options.typeOption = "--from"
    options.formatOption = "--from"
    if let from { options.type = .named(from.type) }
    options.fillsGaps = fillGaps
    return options
  }

  static func run(_ plan: CatPlan) throws(ToolError) { try Cat.run(plan) }
}
