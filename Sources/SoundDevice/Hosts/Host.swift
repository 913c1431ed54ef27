internal import PCM
internal import Platform

/// The host that a device belongs to.
enum HostKind: Sendable, Hashable {
  case portAudio
  case virtual
}

/// The operations of a host. Every call is made on the host's own ``HostThread``.
protocol Host: AnyObject, Sendable {
  /// Starts the host if necessary and lists its devices.
  func listing() throws(PortAudioError) -> HostListing
  /// Looks for devices again; no stream is open.
  func restart() throws(PortAudioError)
  /// Shuts the host down; no stream is open.
  func shutDown()
  /// Throws if a stream of this configuration cannot be opened.
  func check(_ configuration: HostConfiguration) throws(PortAudioError)
  /// Opens a stream that, once started, calls `trampoline` for each block.
  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  /// The format in which this device passes samples of `format` unchanged.
  func format(for format: SampleFormat, device index: Int) -> SampleFormat
  /// Whether a library below has failed in such a way that no call returns any more. Any thread.
  var hasDied: Bool { get }
}

extension Host {
  var hasDied: Bool { false }
}

/// An open stream of a host. Every call is made on the host's thread.
protocol HostStream: AnyObject, Sendable {
  /// What the host granted.
  var granted: GrantedStream { get }
  func start() throws(PortAudioError)
  /// Stops after all output handed over has been played.
  func stop() throws(PortAudioError)
  /// Stops at once.
  func abort() throws(PortAudioError)
  /// Closes the stream: no callback runs afterwards, and the trampoline is released.
  func close() throws(PortAudioError)
  /// Closes a lost stream, as far as that is safe.
  func giveUp() throws(PortAudioError)
  /// Whether callbacks are still to come, or their output is still playing.
  var isActive: Bool { get }
  /// Seconds of the stream's clock.
  var time: Double { get }
  /// The callback's share of processor time, 0...1.
  var cpuLoad: Double { get }
  /// The rate at which the host runs now, in Hz; nil if it does not say.
  var currentRate: Double? { get }
  /// Seconds of the clock by which its callbacks are due. Any thread.
  var now: Double { get }
  /// Seconds by its own clock since the last callback; nil if it runs by real time, which the
  /// watchdog measures.
  var silence: Double? { get }
}

extension HostStream {
  func giveUp() throws(PortAudioError) { try close() }
  var currentRate: Double? { nil }
  var now: Double { monotonicSeconds() }
  var silence: Double? { nil }
}

/// What a host granted when a stream was opened.
struct GrantedStream: Sendable {
  var sampleRate: Double
  /// In seconds; nil if the host reports none, or an impossible one.
  var inputLatency: Double?
  var outputLatency: Double?
  /// Whether the first period may come before the stream is connected, so that it would be
  /// inaudible.
  var connectsLate = false
  /// Whether a stream that ends before its start has returned would be an error.
  var mustOutliveStart = false
  /// Whether the host may give up a stream that can be restarted.
  var mayGiveUp = false
  /// How the host's losses become known.
  var lossEvidence = LossEvidence.flags
  /// Whether it leads to a sound server. The first callbacks then ask for the whole output latency
  /// at once, and no latency says how long sound takes from output to input.
  var isServer = false
  /// Whether the host may change the rate while the stream runs.
  var mayChangeRate = false
  /// The longest time, in seconds, that callbacks may be absent although the host is well.
  var longestSilence = 0.0

  /// - Parameter wantedRate: The requested rate, used if the host reports an absurd one.
  init(
    reportedRate: Double, wantedRate: Double, reportedInputLatency: Double,
    reportedOutputLatency: Double
  ) {
    sampleRate = Reported.sampleRate(reportedRate) ?? wantedRate
    inputLatency = Reported.latency(reportedInputLatency)
    outputLatency = Reported.latency(reportedOutputLatency)
  }
}

/// The devices of one host.
struct HostListing: Sendable {
  struct API: Sendable {
    var name: String
    /// Numbers within the host, like all of these.
    var deviceIndexes: [Int]
    var defaultInput: Int?
    var defaultOutput: Int?
  }
  struct Entry: Sendable {
    /// Its number within the host.
    var index: Int
    var name: String
    /// The position of its host API in `apis`.
    var apiIndex: Int
    var maxInputChannelCount: Int
    var maxOutputChannelCount: Int
    var defaultLowInputLatency: Double
    var defaultLowOutputLatency: Double
    var defaultHighInputLatency: Double
    var defaultHighOutputLatency: Double
    var defaultSampleRate: Double
    /// Whether it is a sound server's device, not hardware.
    var isServer = false
  }
  var apis: [API] = []
  var devices: [Entry] = []
  var defaultInput: Int?
  var defaultOutput: Int?
  var defaultAPIIndex: Int?
}

/// A stream as requested from a host, with every value decided.
struct HostConfiguration: Sendable {
  struct Direction: Sendable {
    var deviceIndex: Int
    var channelCount: Int
    var format: SampleFormat
    var latency: Double
    var settings: HostSettings?
  }
  var input: Direction?
  var output: Direction?
  var sampleRate: Double
  var blockSize: Int
  var neverDropInput = false
  var primeOutput = false
  /// For error messages, such as `opening output stream on 'system, JACK Audio Connection Kit'`.
  var operation: String
}
