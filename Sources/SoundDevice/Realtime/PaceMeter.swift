/// Learns a host's period and pace from the times of its calls.
///
/// A host may deliver one period in several callbacks, back to back: frames that come within a
/// quarter of their own duration belong to one period. A delayed host that catches up is fast for a
/// while, but not ahead of its clock, so that is not freewheeling. Neither is a host that fills its
/// own buffer or starts late.
struct PaceMeter {
  private static let window = 0.5
  /// The longest delay, in seconds, that a host may catch up.
  private static let maxDelay = 10.0

  /// The time at which the host was asked to start; nil means at its first callback.
  private let startTime: Double?
  /// Seconds of sound that the host buffers, and may take at once.
  private let buffered: Double
  private(set) var period = 0
  /// An upper bound of the period. Until the second period has begun, the first may be longer than
  /// it looks.
  var longestPeriod: Int { isInFirstPeriod ? 8 * period : period }
  /// Whether all callbacks so far may have been part of one period.
  private(set) var isInFirstPeriod = true
  private(set) var isFreewheeling = false
  private var lastTime: Double?
  private var burst = 0
  private var windowStart = 0.0
  private var windowFrames = 0
  /// Seconds by which the frames are ahead of the clock.
  private var lead = 0.0

  init(startTime: Double? = nil, buffered: Double = 0) {
    self.startTime = startTime
    self.buffered = buffered
  }

  /// Records a callback at `now`, in seconds of a monotonic clock.
  mutating func advance(frameCount: Int, sampleRate: Double, now: Double) {
    guard let last = lastTime else {
      lastTime = now
      burst = frameCount
      period = frameCount
      windowStart = startTime ?? now
      windowFrames = frameCount
      return
    }
    if now - last > 0.25 * Double(frameCount) / sampleRate {
      period = isFreewheeling ? frameCount : burst
      isInFirstPeriod = false
      burst = frameCount
    } else {
      burst += frameCount
      if burst > 8 * period { isInFirstPeriod = false }
      if isFreewheeling { period = frameCount }
    }
    lastTime = now
    windowFrames += frameCount
    let played = Double(windowFrames) / sampleRate
    if played >= Self.window || now - windowStart >= Self.window {
      let elapsed = now - windowStart
      lead = max(lead + played - elapsed, -Self.maxDelay)
      isFreewheeling = played > 2 * elapsed && lead > Self.window / 2 + buffered
      if isFreewheeling { burst = 0 }
      windowStart = now
      windowFrames = 0
    }
  }
}
