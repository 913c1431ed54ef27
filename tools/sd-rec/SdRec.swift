import ArgumentParser
import DeviceTool
import PCM
import SoundFile
import SoundTool

@main
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

  @Flag(name: .long, help: "Put silence in place of frames lost or paused.")
  var fillGaps = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("New file after this time or size: 1:00:00, 100M.", valueName: "limit"),
    transform: Words.split)
  var split: SplitLimit?

  @Flag(name: .long, help: "Call fsync once a second, for power cuts.")
  var sync = false

  @Flag(name: .long, help: "Stop when standard input closes.")
  var whileStdin = false

  @Argument(help: ArgumentHelp("File to write; - or none is standard output.", valueName: "file"))
  var file: String?

  static let unknownOptionHints = [
    "-o": "the file is the last word: sd-rec take.wav",
    "--output": "the file is the last word: sd-rec take.wav",
  ]

  var isOpenEnded: Bool { length.length == nil }

  mutating func prepare() throws(ToolError) {
    try DeviceSystem.checkEnvironment()
    try map.refuseRepeats()
    if let map = map.map, let count = format.channels, count != map.count {
      throw .usage("-c \(count)", "-m names \(channels(map.count))")
    }
    try streaming.check()
    try latency.check()
    try buffer.check()
    try report.check(soundToOutput: try plan().path == nil)
    if split != nil || sync, try plan().isStream {
      throw .usage(split == nil ? "--sync" : "--split", "needs a file to write")
    }
    let stated = try format.rawFormatOrEnvironment()
    try plan().check(
      fileFormat(), rate: stated.rate ?? 48_000,
      channelCount: map.map?.count ?? stated.channelCount ?? 1)
  }

  func run() throws(ToolError) {
    let plan = try plan()
    let fileFormat = try fileFormat()
    try DeviceSystem.run(stall: streaming.stallSeconds) { () throws(ToolError) in
      let recorder = try DeviceRecorder(
        try request(fileFormat), try report.reporting(hasFile: file != nil))
      let isOver = whileStdin ? StandardStreams.watchInput(recorder.wakeUp) : nil
      guard let split else {
        let sink = try AudioSink(
          plan, as: fileFormat, rate: recorder.format.rate,
          channelCount: recorder.format.channelCount, syncs: sync)
        return try recorder.record(into: sink, until: isOver)
      }
      let series = try FileSeries(
        plan, as: fileFormat, format: recorder.format,
        limit: split.limit(at: recorder.format.rate), syncs: sync)
      SignalCenter.shared.onSplit(series.splitter)
      try recorder.record(into: series, until: isOver)
    }
  }

  private func request(_ fileFormat: AudioFileFormat) throws(ToolError) -> DeviceRecorder.Request {
    var stated = try format.rawFormatOrEnvironment()
    if fileFormat.type == .raw {
      // Whatever the device is: its reader takes raw data for that.
      let raw = stated.resolved
      stated = RawFormat(encoding: raw.encoding, rate: raw.rate, channelCount: raw.channelCount)
    }
    return DeviceRecorder.Request(
      device: device.query, rate: stated.rate, channelCount: stated.channelCount, map: map.map,
      spreadsMono: fileFormat.type == .raw,
      encoding: fileFormat.deliveredEncoding, gain: level.gain, dither: level.dither,
      length: length.length, fillsGaps: fillGaps, mayResample: !resampling.noResample,
      latency: latency, buffer: buffer, streaming: streaming)
  }

  private func plan() throws(ToolError) -> OutputPlan {
    try OutputPlan(path: file, type: format.type, replacing: !clobber.noClobber)
  }

  /// A container keeps its own encoding unless -f says another; raw data is what the name, -f or
  /// the environment says.
  private func fileFormat() throws(ToolError) -> AudioFileFormat {
    let plan = try plan()
    if let encoding = format.format { return AudioFileFormat(plan.type, encoding: encoding) }
    guard plan.type == .raw else { return AudioFileFormat(plan.type) }
    if let encoding = plan.encodingInName { return AudioFileFormat(.raw, encoding: encoding) }
    return AudioFileFormat(.raw, encoding: try format.rawFormatOrEnvironment().resolved.encoding)
  }
}
