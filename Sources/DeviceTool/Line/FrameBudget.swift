/// How much of a recording is left, in the device's frames and in the recording's; these differ if
/// it is resampled.
struct FrameBudget {
  private let limit: Int?
  private let scale: Double
  private let deviceRate: Double
  /// Device frames that still belong to the recording; nil without an end.
  private var remaining: Int?
  /// Device frames without a frame in the recording, less those added to it.
  private var missing = 0
  private var admitted = 0

  /// - Parameters:
  ///   - frameCount: Frames of the recording; nil without an end.
  ///   - deviceRate: In hertz.
  ///   - rate: The recording's rate, in hertz.
  init(_ frameCount: Int?, deviceRate: Double, rate: Double) {
    limit = frameCount
    scale = rate / deviceRate
    self.deviceRate = deviceRate
    remaining = frameCount.map { Int((Double($0) * deviceRate / rate).rounded(.up)) }
  }

  /// Whether the recording's whole duration has passed.
  var isSpent: Bool { remaining.map { $0 <= 0 } ?? false }

  /// Seconds that still belong to the recording; nil without an end.
  var remainingSeconds: Double? { remaining.map { Double(max(0, $0)) / deviceRate } }

  /// How many of the next `frameCount` device frames belong to the recording.
  func wanted(_ frameCount: Int) -> Int { min(frameCount, max(0, remaining ?? .max)) }

  /// Counts device frames that have passed; `isWritten` if the recording has frames for them.
  mutating func pass(_ frameCount: Int, isWritten: Bool) {
    remaining = remaining.map { $0 - frameCount }
    if !isWritten { missing += frameCount }
  }

  /// Counts frames in addition to the length, such as the silence of a pause.
  mutating func extend(by frameCount: Int) { missing -= frameCount }

  /// How many of `frameCount` frames from the resampler are still to be written.
  mutating func admit(_ frameCount: Int) -> Int {
    guard let limit else { return frameCount }
    let left = limit - Int(Double(missing) * scale) - admitted
    let count = min(frameCount, max(0, left))
    admitted += count
    return count
  }
}
