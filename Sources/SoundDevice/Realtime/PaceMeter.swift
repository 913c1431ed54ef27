/// Learns a host's period and pace from the times at which it calls.
///
/// A host may hand over one period in several callbacks, back to back: frames that come within a
/// quarter of their own duration belong to one period.
struct PaceMeter {
  private static let window = 0.5

  private(set) var period = 0
  private(set) var isFreewheeling = false
  private var lastTime: Double?
  private var burst = 0
  private var windowStart = 0.0
  private var windowFrames = 0

  /// Notes one callback at `now`, in seconds of a clock that never goes back.
  mutating func advance(frameCount: Int, sampleRate: Double, now: Double) {
    guard let last = lastTime else {
      lastTime = now
      burst = frameCount
      period = frameCount
      windowStart = now
      windowFrames = frameCount
      return
    }
    if now - last > 0.25 * Double(frameCount) / sampleRate {
      period = isFreewheeling ? frameCount : burst
      burst = frameCount
    } else {
      burst += frameCount
      if isFreewheeling { period = frameCount }
    }
    lastTime = now
    windowFrames += frameCount
    let played = Double(windowFrames) / sampleRate
    if played >= Self.window || now - windowStart >= Self.window {
      isFreewheeling = played > 2 * (now - windowStart)
      if isFreewheeling { burst = 0 }
      windowStart = now
      windowFrames = 0
    }
  }
}
