/// From the device, to the device.
public enum StreamDirection: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Samples come from the device.
  case input
  /// Samples go to the device.
  case output

  /// `input` or `output`.
  public var description: String { rawValue }
}

/// One device, as its host described it when the list was made.
///
/// Corresponds to `PaDeviceInfo`, with every key of the ancestor's `query_devices`.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  /// The device's number in its ``DeviceList``.
  public let index: Int
  /// The device's name, as the host gives it.
  public let name: String
  /// The index of its host API in ``DeviceList/hostAPIs``.
  public let hostAPIIndex: Int
  /// The name of its host API.
  public let hostAPIName: String
  /// The most input channels it can open; 0 if it has no input.
  public let maxInputChannelCount: Int
  /// The most output channels it can open; 0 if it has no output.
  public let maxOutputChannelCount: Int
  /// Input latency for interactive use, in seconds: at least 1024 frames of a sound server.
  public let defaultLowInputLatency: Double
  /// Output latency for interactive use, in seconds: at least 1024 frames of a sound server.
  public let defaultLowOutputLatency: Double
  /// Input latency for robust use, in seconds: at least 0.2 of a sound server.
  public let defaultHighInputLatency: Double
  /// Output latency for robust use, in seconds: at least 0.2 of a sound server.
  public let defaultHighOutputLatency: Double
  /// The rate it runs at unless asked otherwise, in Hz. Where PortAudio names its placeholder of
  /// 44100 for a sound server behind ALSA, 48000 if that is taken.
  public let defaultSampleRate: Double
  /// Words that select this device, and only this one, as long as the same devices are present:
  /// `name, host API`, with ` #2` and so on behind it where several devices share that.
  public let id: String

  /// The host it belongs to, on whose thread it is opened.
  let host: HostThread
  let indexInHost: Int
  /// How often the host had looked for its devices when this one was listed.
  let generation: Int

  /// Whether PortAudio 19.6 finds no ports of it, because its name is taken for a regular
  /// expression.
  var isTakenForPattern: Bool {
    hostAPIName.hasPrefix("JACK") && name.contains { "()[]{}+*?^$|\\".contains($0) }
  }

  /// The most channels it can open in one direction.
  public func maxChannelCount(for direction: StreamDirection) -> Int {
    direction == .input ? maxInputChannelCount : maxOutputChannelCount
  }

  /// The latency the device suggests, in seconds.
  public func latency(_ latency: Latency, for direction: StreamDirection) -> Double {
    switch (latency, direction) {
    case (.low, .input): defaultLowInputLatency
    case (.low, .output): defaultLowOutputLatency
    case (.high, .input): defaultHighInputLatency
    case (.high, .output): defaultHighOutputLatency
    case (.seconds(let seconds), _): seconds
    }
  }

  /// `name, host API (2 in, 2 out)`.
  public var description: String {
    "\(fullName) (\(maxInputChannelCount) in, \(maxOutputChannelCount) out)"
  }

  /// `name, host API`, which several devices may share.
  public var fullName: String { "\(name), \(hostAPIName)" }

  /// Finds a device in the current list by words or index; see ``DeviceList/find(_:for:)``.
  public static func find(_ query: String, for direction: StreamDirection? = nil)
    throws(DeviceError) -> Device
  {
    try DeviceList.current().find(query, for: direction)
  }
}

/// A host API: a family of devices behind one driver model.
///
/// Corresponds to `PaHostApiInfo`, with every key of the ancestor's `query_hostapis`.
public struct HostAPI: Sendable, Hashable {
  /// The host API's number in its ``DeviceList``.
  public let index: Int
  /// The host API's name, such as `ALSA` or `JACK Audio Connection Kit`.
  public let name: String
  /// The indexes of its devices.
  public let deviceIndexes: [Int]
  /// The index of its default input device, -1 if it has none.
  public let defaultInputDeviceIndex: Int
  /// The index of its default output device, -1 if it has none.
  public let defaultOutputDeviceIndex: Int

  /// The host APIs of the current device list.
  public static func all() throws(DeviceError) -> [HostAPI] {
    try DeviceList.current().hostAPIs
  }
}

/// A suggested latency.
public enum Latency: Sendable, Hashable {
  /// The device's latency for interactive use.
  case low
  /// The device's latency for robust use.
  case high
  /// So many seconds; the host rounds up to what it can do.
  case seconds(Double)
}
