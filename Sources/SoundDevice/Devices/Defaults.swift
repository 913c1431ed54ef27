public import PCM

/// Default values for omitted parameters. The ancestor's `default`.
///
/// ```swift
/// Defaults.current.output.device = "usb, alsa"
/// Defaults.current.sampleRate = 48_000
/// Defaults.current.input.channelCount = 1
/// Defaults.reset()
/// ```
///
/// nil means the factory default: the device's own value, or the one the property names. Streams
/// read the values when they are opened; later changes do not affect them. Any thread.
public struct Defaults: Sendable {
  /// Defaults of one direction.
  public struct Direction: Sendable {
    /// The device, or words that name one; nil for PortAudio's default.
    public var device: (any DeviceChoice)?
    /// The number of channels; nil for all channels of the device.
    public var channelCount: Int?
    /// The sample format of raw streams; nil for float32.
    public var format: SampleFormat?
    /// The suggested latency; nil for high.
    public var latency: Latency?
    /// Settings of the device's host API; nil for none.
    public var hostSettings: HostSettings?

    /// Creates the factory defaults.
    public init() {}
  }

  /// Defaults for input.
  public var input = Direction()
  /// Defaults for output.
  public var output = Direction()
  /// The sampling frequency in Hz; nil for the device's own.
  public var sampleRate: Double?
  /// Frames per callback; 0, the factory default, lets the host choose.
  public var blockSize = 0
  /// Clips samples to -1...1; see ``StreamOptions/clips``.
  public var clips = true
  /// Adds dither when bits are lost; see ``StreamOptions/dithers``.
  public var dithers = true
  /// Calls the callback rather than lose input.
  public var neverDropInput = false
  /// Lets the callback fill the first output buffers.
  public var primeOutputBuffersUsingStreamCallback = false
  /// The time without a callback after which a stream counts as lost.
  public var stallTime = Duration.seconds(2)
  /// How long the sound system may take to answer a call. After that, every other call throws
  /// `hostLost` at once, until the late answer comes.
  public var hostPatience = Duration.seconds(10)

  /// Creates the factory defaults.
  public init() {}

  /// Sets the device for both directions. The ancestor's single value for a pair.
  public mutating func setDevice(_ device: (any DeviceChoice)?) {
    input.device = device
    output.device = device
  }

  /// Sets the number of channels for both directions.
  public mutating func setChannelCount(_ channelCount: Int?) {
    input.channelCount = channelCount
    output.channelCount = channelCount
  }

  /// Sets the sample format of raw streams for both directions.
  public mutating func setFormat(_ format: SampleFormat?) {
    input.format = format
    output.format = format
  }

  /// Sets the latency for both directions.
  public mutating func setLatency(_ latency: Latency?) {
    input.latency = latency
    output.latency = latency
  }

  /// Sets the settings of the host API for both directions.
  public mutating func setHostSettings(_ hostSettings: HostSettings?) {
    input.hostSettings = hostSettings
    output.hostSettings = hostSettings
  }

  /// The defaults of one direction.
  public func direction(_ direction: StreamDirection) -> Direction {
    direction == .input ? input : output
  }

  /// The index of PortAudio's default host API, nil if there is none. Read-only.
  public static var hostAPIIndex: Int? {
    get throws(PortAudioError) { try DeviceList.current().defaultHostAPIIndex }
  }

  // An object, because optimised Swift 6.3 leaves a static mutex of this type zeroed.
  @safe private final class Storage: @unchecked Sendable {
    // Safe to share: `value` is used with the lock held.
    private let turn = TimedLock()
    private var value = Defaults()

    var current: Defaults {
      get {
        _ = turn.take(timeout: nil)
        defer { turn.leave() }
        return value
      }
      // In place, so that threads that change different properties do not undo each other's
      // changes.
      _modify {
        _ = turn.take(timeout: nil)
        defer { turn.leave() }
        yield &value
      }
    }
  }
  private static let storage = Storage()

  /// The defaults in force.
  public static var current: Defaults {
    get { storage.current }
    _modify { yield &storage.current }
  }

  /// Restores the factory defaults.
  public static func reset() { current = Defaults() }
}
