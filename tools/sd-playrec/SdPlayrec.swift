import ArgumentParser
import DeviceTool
import PCM
import SoundFile
import SoundTool

@main
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
    help: ArgumentHelp("Record on so long after the input (default: 0).", valueName: "time"),
    transform: Words.time)
  var tail: FrameTime = .seconds(0)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Drop the round trip: auto, or frames (default: 0).", valueName: "auto|n"),
    transform: Words.compensation)
  var compensate: DuplexRecorder.Compensation?

  @Argument(help: ArgumentHelp("File to play; - or none is standard input.", valueName: "in"))
  var input: String?

  @Argument(help: ArgumentHelp("File to write; - or none is standard output.", valueName: "out"))
  var output: String?

  mutating func prepare() throws(ToolError) {
    try DeviceSystem.checkEnvironment()
    try maps.check()
    try streaming.check()
    try latency.check()
    try buffer.check()
    try report.check(soundToOutput: try plan().path == nil)
    _ = try format.rawFormatOrEnvironment()
    let plan = try plan()
    try plan.check(recordFormat, rate: format.rate, channelCount: nil)
  }

  func run() throws(ToolError) {
    let plan = try plan()
    try DeviceSystem.run(stall: streaming.stallSeconds) { () throws(ToolError) in
      var reading = AudioSource.Options()
      reading.type = format.type
      reading.raw = try format.rawFormatOrEnvironment()
      reading.claimed = format.rawFormat
      let source = try AudioSource(input ?? "-", reading)
      try plan.refuse([source])
      let fileFormat = fileFormat(plan, source)
      let recorder = try DuplexRecorder(
        DuplexRequest(
          devices: devices, rate: format.rate ?? source.format.rate,
          channelCounts: (
            try format.inputChannelCount(isRaw: plan.type == .raw), source.format.channelCount
          ),
          maps: (maps.input, maps.output),
          encodings: (
            fileFormat.deliveredEncoding, level.gain.isUnity ? source.format.encoding : .f32le
          ), latency: latency, buffer: buffer, streaming: streaming), compensation: compensate,
        tail: tail,
        try report.reporting(hasFile: input != nil && output != nil))
      guard source.format.rate == recorder.playedFormat.rate else {
        throw .failure(
          source.name, "is at \(hertz(source.format.rate)), and sd-playrec never resamples")
      }
      var options = FramePipeline.Options()
      options.start = start.start
      options.length = length.length
      options.gain = level.gain
      options.dither = level.dither
      options.clips = true
      let sink = try AudioSink(
        plan, as: fileFormat, rate: recorder.recordedFormat.rate,
        channelCount: recorder.recordedFormat.channelCount)
      try recorder.run(
        try FramePipeline([source], to: recorder.playedFormat, options), dither: level.dither,
        into: sink)
    }
  }

  private func plan() throws(ToolError) -> OutputPlan {
    try OutputPlan(path: output, type: format.type, replacing: !clobber.noClobber)
  }

  /// The recording is encoded as what is played, unless its name or an option says otherwise.
  private func fileFormat(_ plan: OutputPlan, _ source: AudioSource) -> AudioFileFormat {
    if let recordFormat { return AudioFileFormat(plan.type, encoding: recordFormat) }
    if let encoding = plan.encodingInName { return AudioFileFormat(.raw, encoding: encoding) }
    if plan.type == .raw {
      return AudioFileFormat(.raw, encoding: format.rawFormat.resolved.encoding)
    }
    return AudioFileFormat(plan.type, keeping: .pcm(source.format.encoding))
  }
}
