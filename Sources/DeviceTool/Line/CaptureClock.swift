/// When each frame of a stream was captured, in wall time: the device's frames counted on from
/// what the host said of its blocks, smoothed, as callbacks come a little early or late.
struct CaptureClock {
  private let rate: Double
  /// The wall time of frame 0, had no frame been missing since.
  private var origin: Double?

  /// - Parameter rate: In hertz.
  init(rate: Double) { self.rate = rate }

  /// The share of a difference that one block makes good: the clocks differ by millionths, the times
  /// of callbacks by milliseconds.
  private static let share = 0.01
  /// A larger difference is no jitter, in seconds: somebody has set the clock.
  private static let largestJitter = 0.5

  /// Whether a time is known.
  var isSet: Bool { origin != nil }

  /// A block that begins at this frame was captured then.
  mutating func observe(_ frame: Int, at time: Double) {
    let observed = time - Double(frame) / rate
    guard let origin, abs(observed - origin) < Self.largestJitter else { return origin = observed }
    self.origin = origin + (observed - origin) * Self.share
  }

  /// Time went by without frames.
  mutating func skip(_ frameCount: Int) {
    origin = origin.map { $0 + Double(frameCount) / rate }
  }

  /// When a frame was captured, in seconds since 1970; nil before the first observation.
  func time(of frame: Int) -> Double? { origin.map { $0 + Double(frame) / rate } }
}
