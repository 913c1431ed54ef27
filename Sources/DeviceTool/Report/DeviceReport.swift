internal import PCM
internal import SoundDevice
public import SoundTool

/// sd-list: prints the devices for people and for scripts.
public struct DeviceReport {
  /// The devices to list, and their details.
  public struct Plan: Sendable {
    /// The query for one device; nil for all.
    public var device: String?
    /// Only devices with input.
    public var inputs = false
    /// Only devices with output.
    public var outputs = false
    /// Whether to ask each device which standard rates it supports.
    public var rates = false
    /// Whether to print all details of each device.
    public var details = false

    /// Whether to list host APIs instead of devices.
    public var listsHostAPIs = false
    /// Whether to print JSON, with all details.
    public var isJSON = false

    /// Creates a plan for all devices, one line each.
    public init() {}

    fileprivate var direction: StreamDirection? { inputs ? .input : outputs ? .output : nil }
  }

  private let list: DeviceList
  private let devices: [Device]
  private let sinks: [(sink: ServerSink, device: Device)]
  private let request: Plan

  /// Lists the devices. A list of all lacks those of a sound system that does not answer: the
  /// program reports that, and ends with status 1.
  public init(_ request: Plan) throws(ToolError) {
    let list: DeviceList
    do { list = try DeviceList.current() } catch { throw DeviceFailure(error).tool }
    do { try self.init(request, of: list) } catch { throw error.tool }
    if request.device == nil, let failure = list.failure {
      ProgramExit.remember(DeviceFailure(failure).tool)
    }
  }

  /// Chooses from a list.
  init(_ request: Plan, of list: DeviceList) throws(DeviceFailure) {
    self.request = request
    self.list = list
    let direction = request.direction
    if let query = request.device {
      devices = [try Negotiation.device(query, in: list, direction)]
    } else {
      devices = list.filter { device in
        direction.map { device.maxChannelCount(for: $0) > 0 } ?? true
      }
    }
    let asksServer = !request.listsHostAPIs && devices.contains(where: ServerSink.isDoor)
    sinks = asksServer ? ServerSink.all(in: list, direction) : []
  }

  /// Prints the report to stdout.
  public func print() throws(ToolError) { try StandardStreams.print(output()) }

  /// The report.
  func output() throws(ToolError) -> String {
    request.listsHostAPIs
      ? request.isJSON ? hostAPIJSON() : hostAPIText()
      : request.isJSON ? try json() : try text()
  }

  // MARK: For people

  /// One line per device, as the ancestor prints them, or all details.
  private func text() throws(ToolError) -> String {
    if request.details || request.device != nil {
      var parts: [String] = []
      for device in devices { parts.append(try details(of: device)) }
      return parts.joined(separator: "\n")
    }
    var text = ""
    for device in devices {
      text += list.line(for: device) + "\n"
      guard request.rates else { continue }
      for direction in StreamDirection.allCases {
        guard let rates = try rates(of: device, direction) else { continue }
        let words = rates.map { "\(Int($0))" }.joined(separator: " ")
        text += "      \(direction): \(words)\n"
      }
    }
    for (sink, device) in sinks {
      text += "    \(sink.query), through '\(device.id)'\n"
    }
    return text
  }

  private func details(of device: Device) throws(ToolError) -> String {
    guard case .object(let members) = try json(of: device) else { return "" }
    return members.map { "\($0.key): \(Self.plain($0.value))\n" }.joined()
  }

  private static func plain(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .array(let values): values.map(plain).joined(separator: " ")
    default: value.line
    }
  }

  /// One line per host API: index, name, devices, defaults.
  private func hostAPIText() -> String {
    list.hostAPIs.map { api in
      let defaults = [
        ("default input", api.defaultInputDeviceIndex),
        ("default output", api.defaultOutputDeviceIndex),
      ].filter { $0.1 >= 0 }.map { ", \($0.0) \($0.1)" }.joined()
      return "\(api.index) \(api.name) (\(counted(api.deviceIndexes.count, "device"))\(defaults))\n"
    }.joined()
  }

  // MARK: For scripts

  /// An array of devices, or the requested one.
  private func json() throws(ToolError) -> String {
    var values: [JSON] = []
    for device in devices { values.append(try json(of: device)) }
    guard request.device != nil, let only = values.first else {
      return JSON.array(values).pretty + "\n"
    }
    return only.pretty + "\n"
  }

  /// An array of host APIs.
  private func hostAPIJSON() -> String {
    let values = list.hostAPIs.map { api in
      JSON.object([
        .init("index", .integer(api.index)),
        .init("name", .string(api.name)),
        .init("devices", .array(api.deviceIndexes.map(JSON.integer))),
        .init("default_input_device", .integer(api.defaultInputDeviceIndex)),
        .init("default_output_device", .integer(api.defaultOutputDeviceIndex)),
      ])
    }
    return JSON.array(values).pretty + "\n"
  }

  private func json(of device: Device) throws(ToolError) -> JSON {
    var members: [JSON.Member] = [
      .init("index", .integer(device.index)),
      .init("id", .string(device.id)),
      .init("name", .string(device.name)),
      .init("hostapi", .integer(device.hostAPIIndex)),
      .init("hostapi_name", .string(device.hostAPIName)),
      .init("max_input_channels", .integer(device.maxInputChannelCount)),
      .init("max_output_channels", .integer(device.maxOutputChannelCount)),
      .init("default_low_input_latency", .number(device.defaultLowInputLatency)),
      .init("default_low_output_latency", .number(device.defaultLowOutputLatency)),
      .init("default_high_input_latency", .number(device.defaultHighInputLatency)),
      .init("default_high_output_latency", .number(device.defaultHighOutputLatency)),
      .init("default_samplerate", .number(device.defaultSampleRate)),
      .init("default_input", .bool(device.index == list.defaultInputIndex)),
      .init("default_output", .bool(device.index == list.defaultOutputIndex)),
    ]
    let queries = sinks.filter { $0.device == device }.map { JSON.string($0.sink.query) }
    if !queries.isEmpty { members.append(.init("sinks", .array(queries))) }
    if request.rates {
      for direction in StreamDirection.allCases {
        guard let rates = try rates(of: device, direction) else { continue }
        members.append(.init("\(direction)_rates", .array(rates.map { .integer(Int($0)) })))
      }
    }
    return .object(members)
  }

  /// The standard rates that the device supports, or nil if it has no channels in this direction.
  private func rates(of device: Device, _ direction: StreamDirection) throws(ToolError)
    -> [Double]?
  {
    let limit = device.maxChannelCount(for: direction)
    guard limit > 0 else { return nil }
    let parameters = StreamParameters(device: device, channelCount: min(2, limit))
    do { return try Negotiation.rates(device, direction, parameters) } catch {
      throw .running(error, device)
    }
  }
}
