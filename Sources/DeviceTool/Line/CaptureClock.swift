/// The capture time of each frame of a stream, in wall time. It counts the device's frames from the
/// times that the host reports, smoothed, since callbacks come slightly early or late.
struct CaptureClock {
  private let rate: Double
  /// The wall time of frame 0, if no frame had been missing since.
  private var origin: Double?

  /// - Parameter rate: In hertz.
  init(rate: Double) { self.rate = rate }

  /// The share of a difference that one block corrects: clocks differ by millionths, callback times
  /// by milliseconds.
  private static let share = 0.01
  /// The maximum jitter, in seconds; a larger difference means that the clock was set.
  private static let largestJitter = 0.5

  /// Whether the time is known.
  var isSet: Bool { origin != nil }

  /// Records the capture time of a block that starts at this frame.
  mutating func observe(_ frame: Int, at time: Double) {
    let observed = time - Double(frame) / rate
    guard let origin, abs(observed - origin) < Self.largestJitter else { return origin = observed }
    self.origin = origin + (observed - origin) * Self.share
  }

  /// Counts time that passed without frames.
  ///
  /// - Parameter observationCount: The blocks observed since, if the gap became known late; they have
  ///   corrected a part of it already.
  mutating func skip(_ frameCount: Int, observationCount: Int = 0) {
    var rest = Double(frameCount) / rate
    if observationCount > 0, rest >= Self.largestJitter { return }
    for _ in 0..<observationCount { rest -= rest * Self.share }
    origin = origin.map { $0 + rest }
  }

  /// The capture time of a frame, in seconds since 1970; nil before the first observation.
  func time(of frame: Int) -> Double? { origin.map { $0 + Double(frame) / rate } }
}
