import ArgumentParser
import DeviceTool
import SoundTool

@main
struct SdList: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sd-list", abstract: "List sound devices.", usage: "sd-list [options]")

  static var libraryVersions: [String] { DeviceSystem.versions }

  @OptionGroup var common: CommonOptions

  @Option(
    name: [.customShort("D", allowingJoined: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Only this device, by index or words, in detail.", valueName: "dev"))
  var device: String?

  @Flag(name: .shortAndLong, help: "Print JSON, with every detail.")
  var json = false

  @Flag(name: .long, help: "Only devices with input.")
  var inputs = false

  @Flag(name: .long, help: "Only devices with output.")
  var outputs = false

  @Flag(name: .long, help: "Ask each device which standard rates it takes.")
  var rates = false

  @Flag(name: .long, help: "List host APIs instead of devices.")
  var hostApis = false

  func validate() throws {
    if inputs, outputs { throw InvalidValue("--inputs and --outputs: give one of them, not both") }
    if hostApis, rates || inputs || outputs || device != nil {
      throw InvalidValue("--host-apis: goes with -j, -q and -v only")
    }
  }

  mutating func prepare() throws(ToolError) { try DeviceSystem.checkEnvironment() }

  func run() throws(ToolError) {
    try DeviceSystem.run { () throws(ToolError) in
      var request = DeviceReport.Request()
      request.device = device
      request.inputs = inputs
      request.outputs = outputs
      request.rates = rates
      request.details = common.verbosity >= .verbose
      let report = try DeviceReport(request)
      if hostApis {
        try StandardStreams.print(json ? report.hostAPIJSON() : report.hostAPIText())
      } else {
        try StandardStreams.print(json ? try report.json() : try report.text())
      }
    }
  }
}
