import ArgumentParser
import DeviceTool
import PCM
import SoundTool

@main
struct SdWire: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-wire", abstract: "Pass sound from input to output with no latency of its own.",
    usage: "sd-wire [options]")

  static var libraryVersions: [String] { DeviceSystem.versions }

  @OptionGroup var common: CommonOptions
  @OptionGroup var devices: DuplexDeviceOptions
  @OptionGroup var format: WireFormatOptions
  @OptionGroup var length: LengthOptions
  @OptionGroup var latency: DuplexLatencyOptions
  @OptionGroup var streaming: StreamingOptions
  @OptionGroup var maps: DuplexMapOptions
  @OptionGroup var level: GainOptions
  @OptionGroup var report: ReportOptions

  var isOpenEnded: Bool { length.length == nil }

  mutating func prepare() throws(ToolError) {
    try DeviceSystem.checkEnvironment()
    try maps.check()
    try streaming.check()
    try latency.check()
    try report.check()
    _ = try format.rateOrEnvironment()
    _ = try format.channelCounts()
  }

  func run() throws(ToolError) {
    try DeviceSystem.run(stall: streaming.stallSeconds) { () throws(ToolError) in
      let encoding = level.gain.isUnity ? try format.encodingOrEnvironment() : .f32le
      let wire = try DeviceWire(
        DuplexRequest(
          devices: devices, rate: try format.rateOrEnvironment(),
          channelCounts: try format.channelCounts(), maps: (maps.input, maps.output),
          encodings: (encoding, encoding), latency: latency, streaming: streaming),
        gain: level.gain, length: length.length, try report.reporting(hasFile: false))
      try wire.run()
    }
  }
}
