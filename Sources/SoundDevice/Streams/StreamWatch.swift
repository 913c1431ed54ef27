/// Judges a run of a stream by its signs of life, pace and clock, not by the host's own claims.
///
/// Times are seconds of the watchdog's clock, which stops while the process is stopped.
struct StreamWatch {
  enum Verdict: Equatable {
    case fine
    /// Ask the host whether the stream is still active.
    case ask
    /// Everything has been played; stop the host.
    case finish
    case lost
  }

  /// The time limits of a run, in seconds.
  struct Limits {
    var stallTime: Double
    /// The longest time that callbacks may be absent although the host is well.
    var longestSilence = 0.0
    /// The longer of the granted latencies; 0 if unknown.
    var latency = 0.0
    var sampleRate: Double
    /// Ports of both directions: a JACK server takes periods for each that is taken away.
    var channelCount = 0
  }

  /// The externally visible state of a stream.
  struct Signs: Equatable {
    /// Frames that the host has delivered or requested.
    var frameCount = 0
    /// How many times the host would have called, had the program been ready.
    var waitCount = 0
    /// The host's period in frames; 0 if unknown.
    var period = 0
    /// Whether the callback wants no more, and the silence after its last frame has been handed
    /// over.
    var isFinishing = false
  }

  /// The minimum pace, as a share of real time.
  private static let minPace = 0.1

  private let limits: Limits
  private var last: Signs
  private var lastSign: Double
  private var paceStart: (time: Double, frameCount: Int)
  private var finishingSince: Double?
  /// Whether callbacks have come in this run.
  private(set) var hasBegun = false

  init(_ limits: Limits, signs: Signs, at time: Double) {
    self.limits = limits
    last = signs
    lastSign = time
    paceStart = (time, signs.frameCount)
  }

  mutating func look(at signs: Signs, time: Double) -> Verdict {
    if signs.isFinishing { return end(signs, time) }
    finishingSince = nil
    let limit = limit(signs)
    let isSilent = signs.frameCount == last.frameCount && signs.waitCount == last.waitCount
    if signs.waitCount != last.waitCount { paceStart = (time, signs.frameCount) }
    last = signs
    guard isSilent else {
      lastSign = time
      hasBegun = true
      return isCrawling(signs, time, limit) ? .lost : .fine
    }
    if time - lastSign >= limit || isCrawling(signs, time, limit) { return .lost }
    return time > lastSign ? .ask : .fine
  }

  /// The silence after the last frame covers the latency, so nothing is left to play one latency
  /// and one period after it was handed over. A host that has not stopped the stream within the
  /// stall time after that, plus what stopping may take, is gone.
  private mutating func end(_ signs: Signs, _ time: Double) -> Verdict {
    let since = finishingSince ?? time
    finishingSince = since
    let pending = limits.latency + seconds(signs.period)
    let stopping = Double(4 * limits.channelCount) * seconds(signs.period)
    if time - since >= pending + limit(signs) + stopping { return .lost }
    return time - since >= pending ? .finish : .ask
  }

  private func limit(_ signs: Signs) -> Double {
    max(limits.stallTime, limits.longestSilence, 4 * seconds(signs.period) + limits.latency)
  }

  private mutating func isCrawling(_ signs: Signs, _ time: Double, _ limit: Double) -> Bool {
    let elapsed = time - paceStart.time
    guard elapsed > 0, elapsed >= limit else { return false }
    let played = seconds(signs.frameCount - paceStart.frameCount)
    paceStart = (time, signs.frameCount)
    return played < Self.minPace * elapsed
  }

  private func seconds(_ frameCount: Int) -> Double {
    limits.sampleRate > 0 ? Double(frameCount) / limits.sampleRate : 0
  }
}
