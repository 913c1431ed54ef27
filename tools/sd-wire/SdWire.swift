import ArgumentParser
import DeviceTool
import PCM
import SoundTool

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
  @OptionGroup var resampling: ResampleOptions
  @OptionGroup var adapting: AdaptOptions
  @OptionGroup var report: ReportOptions

  var isOpenEnded: Bool { length.length == nil }

  func plan() throws(ToolError) -> WirePlan {
    try DeviceSystem.checkEnvironment()
    var plan = WirePlan()
    try format.apply(to: &plan)
    plan.gain = level.gain
    plan.length = length.length
    plan.mayResample = !resampling.noResample
    plan.adapts = try adapting.adapts(mayResample: plan.mayResample)
    plan.duplex.devices = devices.queries
    plan.duplex.maps = try maps.maps()
    plan.duplex.latencies = try latency.latencies()
    plan.duplex.stream = try streaming.plan()
    plan.duplex.report = try report.plan(hasFile: false)
    return plan
  }

  static func run(_ plan: WirePlan) throws(ToolError) { try Wire.run(plan) }
}
