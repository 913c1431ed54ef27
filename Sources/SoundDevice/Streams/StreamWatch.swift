/// Judges one run of a stream by signs of life, pace and clock: a host's own word does not count.
///
/// Times are seconds of the watchdog's clock, which stands still while the process does.
struct StreamWatch {
  enum Verdict: Equatable {
    case fine
    /// The host should say whether the stream is still active.
    case ask
    /// Everything has been played: the host is to be stopped.
    case finish
    case lost
  }

  /// What a run may take, in seconds.
  struct Limits {
    var stallTime: Double
    /// How long callbacks may be missing although the host is well.
    var longestSilence = 0.0
    /// The longer of the granted latencies; 0 if unknown.
    var latency = 0.0
    var sampleRate: Double
  }

  /// What can be seen of a stream.
  struct Signs: Equatable {
    /// Frames the host has handed over or asked for.
    var frameCount = 0
    /// How often the host would have called, had the program been ready.
    var waitCount = 0
    /// The host's period in frames; 0 if unknown.
    var period = 0
    /// Whether the callback wants no more, and the silence behind its last frame is handed over.
    var isFinishing = false
  }

  /// The least pace, as a share of real time.
  private static let leastPace = 0.1

  private let limits: Limits
  private var last: Signs
  private var lastSign: Double
  private var paceStart: (time: Double, frameCount: Int)
  private var finishingSince: Double?
  /// Whether callbacks came in this run.
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

  /// The silence behind the last frame covers the latency, so one latency and one period after it
  /// was handed over nothing is left to play. A host that neither goes inactive nor answers within
  /// the stall time after that is gone.
  private mutating func end(_ signs: Signs, _ time: Double) -> Verdict {
    let since = finishingSince ?? time
    finishingSince = since
    let pending = limits.latency + seconds(signs.period)
    if time - since >= pending + limit(signs) { return .lost }
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
    return played < Self.leastPace * elapsed
  }

  private func seconds(_ frameCount: Int) -> Double {
    limits.sampleRate > 0 ? Double(frameCount) / limits.sampleRate : 0
  }
}
