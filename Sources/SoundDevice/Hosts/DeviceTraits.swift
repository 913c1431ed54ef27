/// The peculiarities of a PortAudio device, determined at run time, since one binary meets every
/// version of PortAudio.
struct DeviceTraits: Equatable {
  /// PortAudio's number of its ALSA host API. These numbers never change.
  private static let alsa = 8
  private static let oss = 7
  private static let jack = 12
  /// The PulseAudio host API, which older headers lack.
  private static let pulseAudio = 16

  private let api: Int
  /// Whether it is a sound server's device, not hardware: PulseAudio, PipeWire, `default`.
  let isServer: Bool
  /// Whether it is one of the ALSA devices of a sound server, by the names that distributions use.
  /// Other devices may be slow to query.
  let isNamedServer: Bool

  /// - Parameter api: PortAudio's number of the host API.
  init(api: Int, name: String) {
    self.api = api
    isServer = api == Self.pulseAudio || api == Self.alsa && !name.contains("(hw:")
    isNamedServer = api == Self.alsa && ["default", "pipewire", "pulse"].contains(name)
  }

  var isALSA: Bool { api == Self.alsa }
  var isJACK: Bool { api == Self.jack }
  /// Whether it takes integers unchanged; the others convert to floating point.
  var takesIntegers: Bool { api == Self.alsa || api == Self.oss }

  // MARK: Latency

  /// The latency, in seconds, that playing to and recording from a sound server needs to be robust.
  /// Through ALSA, PortAudio's own default is 35 ms, whatever the server's period. That causes
  /// underruns, each followed by two seconds of silence.
  ///
  /// The input's is lower: PulseAudio sets a sink's latency by who records its monitor, and a
  /// player at another rate than the sink's, whose latency is not above the recorder's, loses every
  /// block.
  private static let robustServerLatency = (input: 0.15, output: 0.2)
  /// The default period of a sound server, in frames. No latency below it can be kept; PortAudio
  /// reports 8.7 ms.
  private static let serverPeriod = 1024

  /// The latency for interactive use; at least the server's period, rounded to a power of two of
  /// frames: other period lengths crackle.
  func lowLatency(_ reported: Double, rate: Double) -> Double {
    let latency = Reported.latency(reported) ?? 0.01
    guard isServer else { return latency }
    var frameCount = Self.serverPeriod
    while Double(frameCount) / rate < latency { frameCount *= 2 }
    return Double(frameCount) / rate
  }

  /// The latency for robust recording.
  func highInputLatency(_ reported: Double) -> Double {
    highLatency(reported, Self.robustServerLatency.input)
  }

  /// The latency for robust playing.
  func highOutputLatency(_ reported: Double) -> Double {
    highLatency(reported, Self.robustServerLatency.output)
  }

  private func highLatency(_ reported: Double, _ floor: Double) -> Double {
    max(Reported.latency(reported) ?? 0.1, isServer ? floor : 0)
  }

  /// The maximum latency, in seconds, of a PulseAudio stream in both directions. PortAudio writes
  /// output when input comes, and asks for blocks of input as long as the output's latency. Of what
  /// exceeds two of its own requests, of 20 ms each, PulseAudio reads half ahead, so that every
  /// block would come too late.
  private static let pulseDuplexLatency = 0.04

  /// The configuration to open a stream with.
  func adapted(_ configuration: HostConfiguration) -> HostConfiguration {
    guard api == Self.pulseAudio, var input = configuration.input, var output = configuration.output
    else { return configuration }
    input.latency = min(input.latency, Self.pulseDuplexLatency)
    output.latency = min(output.latency, Self.pulseDuplexLatency)
    var configuration = configuration
    configuration.input = input
    configuration.output = output
    return configuration
  }

  // MARK: Rate

  /// PortAudio's rate for an ALSA device that does not report one, and the usual rate of sound
  /// servers.
  private static let placeholderRate = 44_100.0
  private static let serverRate = 48_000.0

  /// The default rate. If PortAudio reports its placeholder for a sound server: 48 kHz, if
  /// supported, since the server would resample otherwise.
  func defaultRate(_ reported: Double, takes: (Double) -> Bool) -> Double {
    let rate = Reported.sampleRate(reported) ?? Self.serverRate
    guard isNamedServer, rate == Self.placeholderRate else { return rate }
    return takes(Self.serverRate) ? Self.serverRate : rate
  }

  // MARK: Streams

  /// Completes the properties of a granted stream.
  ///
  /// - Parameter requested: The latencies requested, in seconds; nil for a missing direction.
  func complete(_ granted: inout GrantedStream, requested: (input: Double?, output: Double?)) {
    // As other streams come and go, a server moves within the latency that was requested.
    let latencyChange =
      max(requested.input ?? 0, requested.output ?? 0)
      + Double(Self.serverPeriod) / granted.sampleRate
    if api == Self.pulseAudio {
      // PortAudio reports its own buffers alone. The server grants what was requested of it.
      granted.inputLatency = Self.longer(granted.inputLatency, requested.input)
      granted.outputLatency = Self.longer(granted.outputLatency, requested.output)
      // It counts underruns, but sets no flag.
      granted.lossEvidence = .clock(latencyChange: latencyChange)
    }
    // ALSA has no word for what a server drops because the network or the client was too slow.
    if isALSA, isServer, requested.output == nil {
      granted.lossEvidence = .flagsAndClock(latencyChange: latencyChange)
    }
    // A server skips a late client, or repeats a period for it, and may say nothing.
    if isJACK { granted.lossEvidence = .flagsAndClock() }
    granted.connectsLate = isJACK
    granted.mayChangeRate = isJACK
    // PortAudio raises the priority of a thread that may have ended by then, and reports failure.
    granted.mustOutliveStart = isALSA
    // After an underrun PortAudio polls ALSA for two seconds before it continues, and in duplex it
    // ends. A server's output without a listener comes in blocks of two seconds.
    granted.mayGiveUp = isServer && isALSA
    granted.longestSilence = isServer ? 3 : 0
    granted.isServer = isServer
  }

  private static func longer(_ reported: Double?, _ requested: Double?) -> Double? {
    guard let requested else { return reported }
    return max(reported ?? 0, requested)
  }
}
