/// What is special about a PortAudio device, decided when the program runs: one binary meets every
/// PortAudio.
struct DeviceTraits: Equatable {
  /// PortAudio's number of its ALSA host API. These numbers never change.
  private static let alsa = 8
  private static let oss = 7
  private static let jack = 12
  /// Its PulseAudio host API, which older headers lack.
  private static let pulseAudio = 16

  private let api: Int
  /// Whether it is not hardware but a sound server's: PulseAudio, PipeWire, `default`.
  let isServer: Bool
  /// Whether it is one of the ALSA devices that lead to a sound server, as distributions name them.
  /// Others may be slow to ask.
  let isNamedServer: Bool

  /// - Parameter api: PortAudio's number of the host API.
  init(api: Int, name: String) {
    self.api = api
    isServer = api == Self.pulseAudio || api == Self.alsa && !name.contains("(hw:")
    isNamedServer = api == Self.alsa && ["default", "pipewire", "pulse"].contains(name)
  }

  var isALSA: Bool { api == Self.alsa }
  var isJACK: Bool { api == Self.jack }
  /// Whether it takes integers as they are; the others convert to floating point.
  var takesIntegers: Bool { api == Self.alsa || api == Self.oss }

  // MARK: Latency

  /// The latency at which playing to a sound server, and recording from it, is robust, in seconds.
  /// PortAudio takes 35 ms for that through ALSA, whatever the server's own period is: underruns, each
  /// of which is followed by two seconds of silence.
  private static let robustServerLatency = 0.2
  /// The period of a sound server unless it is told otherwise, in frames. No latency below it can be
  /// kept; PortAudio names 8.7 ms.
  private static let serverPeriod = 1024

  /// The latency for interactive use; at least the server's period, and then a power of two of frames:
  /// periods of other lengths crackle.
  func lowLatency(_ reported: Double, rate: Double) -> Double {
    let latency = Reported.latency(reported) ?? 0.01
    guard isServer else { return latency }
    var frameCount = Self.serverPeriod
    while Double(frameCount) / rate < latency { frameCount *= 2 }
    return Double(frameCount) / rate
  }

  /// The latency for robust use.
  func highLatency(_ reported: Double) -> Double {
    max(Reported.latency(reported) ?? 0.1, isServer ? Self.robustServerLatency : 0)
  }

  // MARK: Rate

  /// What PortAudio names for an ALSA device that does not tell, and what sound servers run at.
  private static let placeholderRate = 44_100.0
  private static let serverRate = 48_000.0

  /// The rate it runs at. Where PortAudio names its placeholder for a sound server, 48 kHz if that is
  /// taken: else the server would resample.
  func defaultRate(_ reported: Double, takes: (Double) -> Bool) -> Double {
    let rate = Reported.sampleRate(reported) ?? Self.serverRate
    guard isNamedServer, rate == Self.placeholderRate else { return rate }
    return takes(Self.serverRate) ? Self.serverRate : rate
  }

  // MARK: Streams

  /// Completes what a stream was granted.
  func complete(_ granted: inout GrantedStream) {
    granted.connectsLate = isJACK
    // PortAudio raises the priority of a thread that may have ended by then, and says it failed.
    granted.mustOutliveStart = isALSA
    // It counts underruns and gives no flag.
    granted.reportsLosses = api != Self.pulseAudio
    // After an underrun PortAudio polls ALSA for two seconds before it goes on, and in duplex it ends;
    // what a server plays to nobody comes in blocks of two seconds.
    granted.mayGiveUp = isServer && isALSA
    granted.longestSilence = isServer ? 3 : 0
  }
}
