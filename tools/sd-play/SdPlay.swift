import ArgumentParser
import DeviceTool
import PCM
import SoundTool

struct SdPlay: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-play", abstract: "Play files, or PCM from standard input, on a device.",
    usage: "sd-play [options] [file ...]")

  static var libraryVersions: [String] { DeviceSystem.versions }

  @OptionGroup var common: CommonOptions
  @OptionGroup var device: OutputDeviceOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var start: StartOptions
  @OptionGroup var latency: LatencyOptions
  @OptionGroup var buffer: BufferOptions
  @OptionGroup var streaming: StreamingOptions
  @OptionGroup var map: MapOptions
  @OptionGroup var level: LevelOptions
  @OptionGroup var resampling: ResampleOptions
  @OptionGroup var adapting: AdaptOptions
  @OptionGroup var loop: LoopOptions
  @OptionGroup var startTime: StartTimeOptions
  @OptionGroup var report: ReportOptions

  static var operands: WritableKeyPath<Self, [String]>? { \.files }

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  func plan() throws(ToolError) -> PlayPlan {
    try DeviceSystem.checkEnvironment()
    try map.refuseRepeats()
    try loop.refuseCount(among: files)
    var plan = PlayPlan()
    plan.files = files
    plan.reading.type = format.type
    plan.reading.raw = try format.rawFormatOrEnvironment()
    plan.reading.claimed = format.rawFormat
    plan.sound.start = start.start
    plan.sound.length = length.length
    plan.sound.gain = level.gain
    plan.sound.dither = level.dither
    plan.sound.passes = loop.passes
    plan.device = device.query
    plan.rate = format.rate
    plan.map = map.map
    plan.mayResample = !resampling.noResample
    plan.adapts = try adapting.adapts(mayResample: plan.mayResample)
    plan.startTime = try startTime.startTime()
    if plan.startTime != nil, plan.adapts { throw .usage("--at", "not with --adapt") }
    plan.latency = try latency.output()
    plan.stream = try streaming.plan(buffer)
    plan.report = try report.plan(hasFile: !files.isEmpty)
    return plan
  }

  static func run(_ plan: PlayPlan) throws(ToolError) { try Player.run(plan) }
}
