import ArgumentParser
import DeviceTool
import SoundTool

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

  func plan() throws(ToolError) -> DeviceReport.Plan {
    try DeviceSystem.checkEnvironment()
    var plan = DeviceReport.Plan()
    plan.device = device
    plan.inputs = inputs
    plan.outputs = outputs
    plan.rates = rates
    plan.details = common.verbosity >= .verbose
    plan.listsHostAPIs = hostApis
    plan.isJSON = json
    return plan
  }

  static func run(_ plan: DeviceReport.Plan) throws(ToolError) {
    try DeviceSystem.run { () throws(ToolError) in try DeviceReport(plan).print() }
  }
}
