import ArgumentParser
import DeviceTool
import PCM
import SoundFile
import SoundTool

struct SdRec: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-rec", abstract: "Record from a device to a file, or to standard output.",
    usage: "sd-rec [options] [file]")

  static var libraryVersions: [String] { DeviceSystem.versions }

  @OptionGroup var common: CommonOptions
  @OptionGroup var device: InputDeviceOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var latency: LatencyOptions
  @OptionGroup var buffer: BufferOptions
  @OptionGroup var streaming: StreamingOptions
  @OptionGroup var map: MapOptions
  @OptionGroup var level: LevelOptions
  @OptionGroup var resampling: ResampleOptions
  @OptionGroup var clobber: ClobberOptions
  @OptionGroup var report: ReportOptions

  @Flag(name: .long, help: "Put silence where frames were lost, or time was paused.")
  var fillGaps = false

  @OptionGroup var recording: RecordingOptions
  @OptionGroup var trigger: TriggerOptions
  @OptionGroup var startTime: StartTimeOptions

  @Flag(name: .long, help: "Look for a lost device for --wait, and go on with it.")
  var reopen = false

  @Flag(name: .long, help: "Stop when standard input closes.")
  var whileStdin = false

  // With --reopen this program starts itself once more for the device, with its own command line.
  @Option(name: .customLong(DeviceRequest.optionName), help: .private)
  var request: String?

  @Argument(help: ArgumentHelp("File to write; - or none is standard output.", valueName: "file"))
  var file: String?

  static let unknownOptionHints = [
    "-o": "the file is the last word: sd-rec take.wav",
    "--output": "the file is the last word: sd-rec take.wav",
  ]

  var isOpenEnded: Bool { length.length == nil }

  func plan() throws(ToolError) -> RecordPlan {
    try DeviceSystem.checkEnvironment()
    try map.refuseRepeats()
    if let map = map.map, let count = format.channels, count != map.count {
      throw .usage("-c \(count)", "-m names \(channels(map.count))")
    }
    let output = try OutputPlan(
      path: file, type: format.type, replacing: !clobber.noClobber || request != nil,
      isOpenedHere: request == nil)
    let files = try recording.plan(output)
    var stated = try format.rawFormatOrEnvironment()
    if output.isRaw {
      // Whatever the device: a reader of raw data assumes this format.
      let raw = stated.resolved
      stated = RawFormat(encoding: raw.encoding, rate: raw.rate, channelCount: raw.channelCount)
    }
    var plan = RecordPlan(output: output, fileFormat: fileFormat(output, stated))
    try output.check(
      plan.fileFormat, rate: stated.rate ?? 48_000,
      channelCount: map.map?.count ?? stated.channelCount ?? 1)
    plan.files = files
    plan.trigger = try trigger.plan()
    plan.reopens = reopen
    plan.files.hasEvents = plan.trigger.hasEvents
    plan.endsWithInput = whileStdin
    plan.device = device.query
    plan.rate = stated.rate
    plan.channelCount = stated.channelCount
    plan.map = map.map
    plan.spreadsMono = output.type == .raw
    plan.mayResample = !resampling.noResample
    plan.latency = try latency.input()
    plan.recording.length = length.length
    plan.recording.gain = level.gain
    plan.recording.dither = level.dither
    plan.recording.filling = fillGaps ? .all : .none
    plan.stream = try streaming.plan(buffer)
    if let request {
      // The rest is the business of the process that asks.
      plan.request = DeviceRequest(text: request)
      guard plan.request != nil else {
        throw .usage("--\(DeviceRequest.optionName)", "is for sd-rec itself; use --reopen")
      }
      return plan
    }
    if reopen, plan.stream.xrun == .abort {
      throw .usage("--reopen", "--xrun abort ends at the first loss")
    }
    plan.startTime = try startTime.startTime()
    plan.report = try report.plan(hasFile: file != nil, output: output)
    plan.report.hasEvents = plan.trigger.hasEvents
    plan.report.hasThreshold = plan.trigger.hasThreshold
    return plan
  }

  /// A container keeps its own encoding unless -f says otherwise; the name, -f or the environment
  /// determines that of raw data.
  private func fileFormat(_ output: OutputPlan, _ stated: RawFormat) -> AudioFileFormat {
    if let encoding = format.format { return AudioFileFormat(output.type, encoding: encoding) }
    guard output.type == .raw else { return AudioFileFormat(output.type) }
    return AudioFileFormat(
      .raw, encoding: output.encodingInName ?? stated.encoding ?? .f32le)
  }

  static func run(_ plan: RecordPlan) throws(ToolError) { try Recorder.run(plan) }
}
