internal import Platform
internal import SoundDevice
internal import SoundTool

/// A sink of a PulseAudio server, or of PipeWire in its place: `sink:NAME` plays on it,
/// `monitor:NAME` records what it plays.
///
/// PortAudio reaches sinks by name only with its PulseAudio host API. Elsewhere ALSA's device
/// `pulse` is told by a variable, and a server ignores a name that it does not know: so the name is
/// checked first.
struct ServerSink: Equatable {
  enum Use: String, CaseIterable {
    case sink, monitor

    fileprivate var direction: StreamDirection { self == .sink ? .output : .input }
    /// The variable that tells ALSA's `pulse`, in this direction only.
    fileprivate var variable: String { self == .sink ? "PULSE_SINK" : "PULSE_SOURCE" }
  }

  var use: Use
  var name: String

  /// The text that selects it.
  var query: String { "\(use.rawValue):\(name)" }
  /// The server's name for it.
  private var node: String { use == .sink ? name : "\(name).monitor" }

  /// A sink that `query` names by prefix; nil for words and indexes.
  init?(_ query: String) {
    guard let colon = query.firstIndex(of: ":"), let use = Use(rawValue: String(query[..<colon]))
    else { return nil }
    self.init(use, String(query[query.index(after: colon)...]))
  }

  private init(_ use: Use, _ name: String) {
    self.use = use
    self.name = name
  }

  /// The device that leads to it, from the next opening on.
  func device(in list: DeviceList, _ direction: StreamDirection?) throws(DeviceFailure) -> Device {
    guard direction ?? use.direction == use.direction else {
      let remedy = use == .sink ? "monitor:\(name) records what it plays" : "sink:\(name) plays"
      throw DeviceFailure(.failure(query, "has no \(direction ?? .input); \(remedy)"))
    }
    let door = try Self.door(to: node, in: list, use)
    let names = try Self.names(query)
    guard names.contains(name) else {
      let known = names.isEmpty ? "no sinks" : names.map { "'\($0)'" }.joined(separator: ", ")
      var failure = DeviceFailure(.failure(query, "no such sink; the server has \(known)"))
      failure.mayPass = true
      throw failure
    }
    if door.name != node { unsafe setenv(use.variable, node, 1) }
    Messages.detail(query, "through '\(door.id)'")
    return door
  }

  /// PortAudio's host API whose devices are sinks.
  private static let api = "PulseAudio"
  /// ALSA's device for the server.
  private static let alsaDoor = "pulse, ALSA"

  /// Whether a device may lead to sinks.
  static func isDoor(_ device: Device) -> Bool {
    device.hostAPIName == api || device.fullName == alsaDoor
  }

  /// The sinks to list, with the device that leads to each; none where no server can be asked.
  static func all(in list: DeviceList, _ direction: StreamDirection?) -> [(ServerSink, Device)] {
    let uses = Use.allCases.filter { direction ?? $0.direction == $0.direction }
    do throws(DeviceFailure) {
      guard (try? door(to: "", in: list, .sink)) != nil else { return [] }
      var found: [(ServerSink, Device)] = []
      for name in try names("sinks") {
        for sink in uses.map({ ServerSink($0, name) }) {
          found.append((sink, try door(to: sink.node, in: list, sink.use)))
        }
      }
      return found
    } catch {
      Messages.detail("", error.tool.message)
      return []
    }
  }

  /// PulseAudio's own device of this name, or ALSA's device for PulseAudio.
  private static func door(to node: String, in list: DeviceList, _ use: Use) throws(DeviceFailure)
    -> Device
  {
    if let device = list.first(where: { $0.hostAPIName == api && $0.name == node }) {
      return device
    }
    do { return try list.find(alsaDoor, for: use.direction) } catch {
      guard case .notFound = error.deviceError else { throw DeviceFailure(error) }
      let remedy = "needs ALSA's device 'pulse' (Debian: libasound2-plugins)"
      throw DeviceFailure(.failure("\(use.rawValue):", remedy))
    }
  }

  /// The names of the server's sinks.
  private static func names(_ query: String) throws(DeviceFailure) -> [String] {
    let seconds = 2.0
    do {
      let output = try ChildProcess.output(
        of: "pactl", ["list", "short", "sinks"], within: seconds)
      return names(in: String(decoding: output, as: UTF8.self))
    } catch {
      let complaint =
        switch error {
        case .notStarted: "needs pactl to check the name (Debian: pulseaudio-utils)"
        case .failed: "pactl reaches no sound server"
        case .timedOut: "the sound server does not answer pactl"
        }
      var failure = DeviceFailure(.failure(query, complaint))
      failure.mayPass = error != .notStarted
      throw failure
    }
  }

  /// The second column of each line.
  static func names(in table: String) -> [String] {
    table.split(separator: "\n").compactMap { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      return columns.count > 1 ? String(columns[1]) : nil
    }
  }
}
