internal import PCM

/// Which host a device belongs to.
enum HostKind: Sendable, Hashable {
  case portAudio
  case virtual
}

/// What a host must do. Every call is made on the host's own ``HostThread``.
protocol Host: AnyObject, Sendable {
  /// Starts the host if need be and lists what it has.
  func listing() throws(PortAudioError) -> HostListing
  /// Looks again; no stream is open.
  func restart() throws(PortAudioError)
  /// Ends the host in order; no stream is open.
  func shutDown()
  /// Throws if a stream of this configuration cannot be opened.
  func check(_ configuration: HostConfiguration) throws(PortAudioError)
  /// Opens a stream that calls `trampoline` for each block once it is started.
  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  /// The format in which data of `format` passes through this device unharmed.
  func format(for format: SampleFormat, device index: Int) -> SampleFormat
  /// Whether a library below gave up so that no call returns any more. Any thread.
  var hasDied: Bool { get }
}

extension Host {
  var hasDied: Bool { false }
}

/// An open stream of a host. Calls are made on the host's thread.
protocol HostStream: AnyObject, Sendable {
  /// What the host granted.
  var granted: GrantedStream { get }
  func start() throws(PortAudioError)
  /// Stops after what was handed over has been played.
  func stop() throws(PortAudioError)
  /// Stops at once.
  func abort() throws(PortAudioError)
  /// No callback runs afterwards, and the trampoline is released.
  func close() throws(PortAudioError)
  /// Closes a stream that was lost, as far as that is safe.
  func giveUp() throws(PortAudioError)
  /// Whether callbacks are still to come, or their output still plays.
  var isActive: Bool { get }
  /// Seconds of the stream's clock.
  var time: Double { get }
  /// The share of a processor that the callback takes, 0...1.
  var cpuLoad: Double { get }
}

extension HostStream {
  func giveUp() throws(PortAudioError) { try close() }
}

/// What a host granted when a stream was opened.
struct GrantedStream: Sendable {
  var sampleRate: Double
  /// In seconds; nil if the host does not say, or says what cannot be.
  var inputLatency: Double?
  var outputLatency: Double?
  /// Whether the first period may come before the stream is connected: nobody would hear it.
  var connectsLate = false
  /// Whether a stream that is over before it has been started would be an error.
  var mustOutliveStart = false
  /// Whether the host may give up a stream that can be started again.
  var mayGiveUp = false
  /// Whether the host reports that it lost frames; else only the clock tells.
  var reportsLosses = true
  /// How long callbacks may be missing although the host is well, in seconds.
  var longestSilence = 0.0

  /// - Parameter wantedRate: What was asked for, which counts if the host reports an absurd rate.
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
    /// Numbers in the host, as all of these.
    var deviceIndexes: [Int]
    var defaultInput: Int?
    var defaultOutput: Int?
  }
  struct Entry: Sendable {
    /// Its number in the host.
    var index: Int
    var name: String
    /// The place of its host API in `apis`.
    var apiIndex: Int
    var maxInputChannelCount: Int
    var maxOutputChannelCount: Int
    var defaultLowInputLatency: Double
    var defaultLowOutputLatency: Double
    var defaultHighInputLatency: Double
    var defaultHighOutputLatency: Double
    var defaultSampleRate: Double
  }
  var apis: [API] = []
  var devices: [Entry] = []
  var defaultInput: Int?
  var defaultOutput: Int?
  var defaultAPIIndex: Int?
}

/// A stream as a host is asked for it, every value decided.
struct HostConfiguration: Sendable {
  struct Direction: Sendable {
    var deviceIndex: Int
    var channelCount: Int
    var format: SampleFormat
    var latency: Double
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
