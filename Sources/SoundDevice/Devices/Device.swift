/// A direction of a stream, seen from the program.
public enum StreamDirection: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Samples come from the device.
  case input
  /// Samples go to the device.
  case output

  /// `input` or `output`.
  public var description: String { rawValue }
}

/// A device, as its host described it when the list was made.
///
/// Corresponds to `PaDeviceInfo`, with every key of the ancestor's `query_devices`.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  /// The device's number in its ``DeviceList``.
  public let index: Int
  /// The device's name, as the host reports it.
  public let name: String
  /// The index of its host API in ``DeviceList/hostAPIs``.
  public let hostAPIIndex: Int
  /// The name of its host API.
  public let hostAPIName: String
  /// The maximum number of input channels; 0 if it has no input.
  public let maxInputChannelCount: Int
  /// The maximum number of output channels; 0 if it has no output.
  public let maxOutputChannelCount: Int
  /// Input latency for interactive use, in seconds: at least 1024 frames for a sound server.
  public let defaultLowInputLatency: Double
  /// Output latency for interactive use, in seconds: at least 1024 frames for a sound server.
  public let defaultLowOutputLatency: Double
  /// Input latency for robust use, in seconds: at least 0.2 for a sound server.
  public let defaultHighInputLatency: Double
  /// Output latency for robust use, in seconds: at least 0.2 for a sound server.
  public let defaultHighOutputLatency: Double
  /// The default sample rate, in Hz. If PortAudio reports its placeholder of 44100 for a sound
  /// server behind ALSA: 48000, if that is supported.
  public let defaultSampleRate: Double
  /// Text that selects this device and no other, as long as the same devices are present: `name,
  /// host API`, with a suffix such as ` #2` if several devices share that.
  public let id: String

  /// Whether it is a sound server's device, not hardware.
  package let isServer: Bool

  /// The host of the device; the host's thread opens it.
  let host: HostThread
  let indexInHost: Int
  /// The generation of the device list that this device belongs to.
  let generation: Int

  /// Whether PortAudio 19.6 finds no ports of it, because it treats the name as a regular
  /// expression.
  var isTakenForPattern: Bool {
    hostAPIName.hasPrefix("JACK") && name.contains { "()[]{}+*?^$|\\".contains($0) }
  }

  /// The maximum number of channels in one direction.
  public func maxChannelCount(for direction: StreamDirection) -> Int {
    direction == .input ? maxInputChannelCount : maxOutputChannelCount
  }

  /// The device's suggested latency, in seconds.
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

  /// Finds a device in the current list by name or index; see ``DeviceList/find(_:for:)``.
  public static func find(_ query: String, for direction: StreamDirection? = nil)
    throws(PortAudioError) -> Device
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
  public static func all() throws(PortAudioError) -> [HostAPI] {
    try DeviceList.current().hostAPIs
  }
}

/// A suggested latency.
public enum Latency: Sendable, Hashable {
  /// The device's latency for interactive use.
  case low
  /// The device's latency for robust use.
  case high
  /// A time in seconds, which the host rounds up to a latency it supports.
  case seconds(Double)
}
