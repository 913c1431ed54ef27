import ArgumentParser
import DeviceTool
import PCM
import SoundTool

@main
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
  @OptionGroup var loop: LoopOptions
  @OptionGroup var report: ReportOptions

  @Argument(help: ArgumentHelp("Files; - or none is standard input.", valueName: "file"))
  var files: [String] = []

  mutating func prepare() throws(ToolError) {
    try DeviceSystem.checkEnvironment()
    try map.refuseRepeats()
    _ = try format.rawFormatOrEnvironment()
    try streaming.check()
    try latency.check()
    try buffer.check()
    try report.check()
  }

  func run() throws(ToolError) {
    try DeviceSystem.run(stall: streaming.stallSeconds) { () throws(ToolError) in
      var reading = AudioSource.Options()
      reading.type = format.type
      reading.raw = try format.rawFormatOrEnvironment()
      reading.claimed = format.rawFormat
      let sources = try AudioSource.open(files, reading)
      let player = try DevicePlayer(
        request(for: sources), try report.reporting(hasFile: !files.isEmpty))

      var options = FramePipeline.Options()
      options.start = start.start
      options.length = length.length
      options.gain = level.gain
      options.dither = level.dither
      options.clips = true
      options.passes = loop.passes
      let pipeline = try FramePipeline(sources, to: player.format, options)
      // A player is to convert; only a mix is worth a word.
      let asked = RawFormat(encoding: player.format.encoding, rate: 0, channelCount: 0)
      sources.reportConversion(to: player.format, asked: asked, map: map.map != nil)
      try player.play(pipeline, isLive: sources.contains { !$0.isRepeatable })
    }
  }

  private func request(for sources: [AudioSource]) -> DevicePlayer.Request {
    let channelCount = sources.map(\.format.channelCount).max() ?? 2
    let widest = sources.map(\.format.encoding).max { $0.significantBits < $1.significantBits }
    let rate = format.rate ?? sources.first?.format.rate ?? 48_000
    return DevicePlayer.Request(
      device: device.query, rate: rate, channelCount: channelCount,
      spreadsMono: true,
      mixesDown: map.map == nil
        && sources.allSatisfy { $0.format.channelCount <= 2 || $0.channelLayout != nil },
      map: map.map, encoding: widest ?? .f32le,
      computes: !level.gain.isUnity || sources.contains { $0.format.rate != rate },
      mayResample: !resampling.noResample, latency: latency, buffer: buffer, streaming: streaming)
  }
}
