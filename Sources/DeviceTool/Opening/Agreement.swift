internal import PCM
internal import SoundDevice
internal import SoundTool

/// A program's request for one direction of a stream.
struct SidePlan {
  /// The query for the device; nil for the default.
  var device: String?
  /// Channels of the data; nil for the map's, or the device's, at most 2.
  var channelCount: Int?
  var map: ChannelMap?
  /// The encoding of the data, whose precision is kept.
  var encoding: SampleEncoding
  var latency: SoundTool.Latency
  /// Whether one channel plays on the device's first two, or a device's only channel is recorded on
  /// all requested channels.
  var spreadsMono = false
  /// Whether to mix down to two channels if the data has more than the device.
  var mixesDown = false
  /// A remedy if the device has too few channels.
  var remedy = ""
}

extension SidePlan {
  /// The number of channels to open on a device with this limit.
  fileprivate func count(limit: Int, _ direction: StreamDirection) -> Int {
    let wanted = channelCount ?? map?.count ?? min(2, limit)
    guard map == nil, wanted > limit else { return wanted }
    if direction == .input, spreadsMono, limit == 1 { return 1 }
    return mixesDown && limit >= 2 ? 2 : wanted
  }
}

/// One direction, settled with its device.
struct Side {
  let direction: StreamDirection
  let device: Device
  var parameters: StreamParameters
  let format: SampleFormat
  private let latency: SoundTool.Latency

  init(_ plan: SidePlan, _ direction: StreamDirection) throws(DeviceFailure) {
    self.direction = direction
    latency = plan.latency
    device = try Negotiation.device(plan.device, direction)
    let limit = device.maxChannelCount(for: direction)
    let count = plan.count(limit: limit, direction)
    let highest = max(count, plan.map?.highest ?? 0)
    guard highest <= limit else {
      throw DeviceFailure(
        .failure(
          device.id, "\(direction) has \(channels(limit)), not \(highest)\(plan.remedy)"))
    }
    format = try Negotiation.hostFormat(
      for: Negotiation.sampleFormat(for: plan.encoding), device)
    let spreads =
      direction == .output && plan.spreadsMono && plan.map == nil && count == 1 && limit >= 2
    parameters = StreamParameters(
      device: device, channelCount: count, channelMap: spreads ? .straight(2) : plan.map)
  }

  var channelCount: Int { parameters.channelCount ?? 0 }
  var bytesPerFrame: Int { format.byteCount * channelCount }

  fileprivate mutating func settle(at rate: Double) {
    parameters.latency = latency.library(at: rate)
  }
}

/// A resolved plan: devices found, everything decided, nothing opened.
struct Agreement {
  let options: StreamOptions
  private var sides: [Side]

  /// The output, or the input of a stream without output.
  var output: Side { sides[0] }
  /// The input, or the output of a stream without input.
  var input: Side { sides[sides.count - 1] }

  /// Finds the devices and settles their parameters. A stream in both directions is never
  /// resampled.
  ///
  /// - Parameter buffer: The ring's length if the plan does not say.
  init(
    _ plan: StreamPlan, input: SidePlan? = nil, output: SidePlan? = nil, rate wanted: Double?,
    mayResample: Bool = false, buffer: FrameTime = .seconds(1)
  ) throws(DeviceFailure) {
    sides = []
    // Input first: if both are missing, the message names that one.
    if let input { sides.append(try Side(input, .input)) }
    if let output { sides.insert(try Side(output, .output), at: 0) }
    try Self.checkHosts(sides)
    var rate = wanted
    if sides.count == 2 { rate = rate ?? sides[0].device.defaultSampleRate }
    for side in sides.reversed() {
      rate = try Negotiation.rate(
        rate, side.device, side.direction, side.parameters, side.format, mayResample: mayResample)
    }
    for index in sides.indices { sides[index].settle(at: rate ?? 0) }
    options = StreamOptions(
      sampleRate: rate, blockSize: plan.blockSize, clips: false, dithers: false,
      bufferFrameCount: Negotiation.bufferFrameCount(
        plan.buffer ?? buffer, rate: rate ?? 0,
        bytesPerFrame: sides.map(\.bytesPerFrame).max() ?? 1))
  }

  /// Throws if one stream would have to span two host APIs, which is impossible.
  private static func checkHosts(_ sides: [Side]) throws(DeviceFailure) {
    guard sides.count == 2, sides[0].device.hostAPIName != sides[1].device.hostAPIName else {
      return
    }
    let (output, input) = (sides[0].device.id, sides[1].device.id)
    throw DeviceFailure(
      .failure(
        "",
        "'\(input)' and '\(output)' belong to different host APIs; "
          + "use sd-rec -D '\(input)' -L low | sd-play -D '\(output)' -L low"))
  }

  /// Resolves and opens, repeatedly for as long as the plan waits for a device.
  static func open<Stream>(
    _ plan: StreamPlan, agreeing agree: () throws(DeviceFailure) -> Agreement,
    _ body: (Agreement) throws(PortAudioError) -> Stream
  ) throws(ToolError) -> (Stream, Agreement) {
    try DeviceFailure.retrying(seconds: plan.waitSeconds) { () throws(DeviceFailure) in
      let agreement = try agree()
      do throws(PortAudioError) { return (try body(agreement), agreement) } catch {
        let input = agreement.input
        throw DeviceFailure(
          error,
          remedy: .missingSource(
            error, isServer: input.direction == .input && input.device.isServer))
      }
    }
  }
}

extension SoundTool.Latency {
  /// The library's value; frames count at `rate`.
  func library(at rate: Double) -> SoundDevice.Latency {
    switch self {
    case .low: .low
    case .high: .high
    case .time(let time): .seconds(time.seconds(at: rate))
    }
  }
}
