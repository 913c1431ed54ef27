import ArgumentParser
import DeviceTool
import PCM
import SoundFile
import SoundTool

struct SdPlayrec: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-playrec", abstract: "Play and record at once, frame for frame.",
    usage: "sd-playrec [options] [in [out]]")

  static var libraryVersions: [String] { DeviceSystem.versions }

  @OptionGroup var common: CommonOptions
  @OptionGroup var devices: DuplexDeviceOptions
  @OptionGroup var format: DuplexFormatOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var start: StartOptions
  @OptionGroup var latency: DuplexLatencyOptions
  @OptionGroup var buffer: BufferOptions
  @OptionGroup var streaming: StreamingOptions
  @OptionGroup var maps: DuplexMapOptions
  @OptionGroup var level: LevelOptions
  @OptionGroup var clobber: ClobberOptions
  @OptionGroup var report: ReportOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Sample format to record (default: the input's).", valueName: "fmt"),
    transform: Words.encoding)
  var recordFormat: SampleEncoding?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Record on this long after the input (default: 0).", valueName: "time"),
    transform: Words.time)
  var tail: FrameTime = .seconds(0)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Drop the round trip first (default: 0).", valueName: "auto|measure|n"),
    transform: Words.compensation)
  var compensate: PlayRecordPlan.Compensation?

  @Argument(help: ArgumentHelp("File to play; - or none is standard input.", valueName: "in"))
  var input: String?

  @Argument(help: ArgumentHelp("File to write; - or none is standard output.", valueName: "out"))
  var output: String?

  func plan() throws(ToolError) -> PlayRecordPlan {
    try DeviceSystem.checkEnvironment()
    var plan = PlayRecordPlan(
      output: try OutputPlan(path: output, type: format.type, replacing: !clobber.noClobber))
    try plan.output.check(recordFormat, rate: format.rate, channelCount: nil)
    plan.input = input ?? "-"
    plan.reading = try format.reading()
    plan.sound.start = start.start
    plan.sound.length = length.length
    plan.sound.gain = level.gain
    plan.sound.dither = level.dither
    plan.recordFormat = recordFormat
    plan.compensation = compensate
    plan.tail = tail
    plan.duplex.devices = devices.queries
    plan.duplex.rate = format.rate
    plan.duplex.maps = try maps.maps()
    plan.duplex.channelCounts.input = try format.inputChannelCount(
      isRaw: plan.output.isRaw && plan.duplex.maps.input == nil)
    plan.duplex.latencies = try latency.latencies()
    plan.duplex.stream = try streaming.plan(buffer)
    plan.duplex.report = try report.plan(
      hasFile: input != nil && output != nil, output: plan.output)
    return plan
  }

  static func run(_ plan: PlayRecordPlan) throws(ToolError) { try DuplexRecorder.run(plan) }
}
