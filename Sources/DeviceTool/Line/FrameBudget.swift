/// How much of a recording is still wanted: of the device's frames, and of the recording's, which
/// are others where it is resampled.
struct FrameBudget {
  private let limit: Int?
  private let scale: Double
  /// Device frames that still belong to the recording; nil without an end.
  private var remaining: Int?
  /// Device frames that no frame of the recording stands for, less those that came on top.
  private var missing = 0
  private var admitted = 0

  /// - Parameters:
  ///   - frameCount: Frames of the recording; nil without an end.
  ///   - deviceRate: In hertz.
  ///   - rate: The recording's.
  init(_ frameCount: Int?, deviceRate: Double, rate: Double) {
    limit = frameCount
    scale = rate / deviceRate
    remaining = frameCount.map { Int((Double($0) * deviceRate / rate).rounded(.up)) }
  }

  /// Whether all the time of the recording has gone by.
  var isSpent: Bool { remaining.map { $0 <= 0 } ?? false }

  /// How many of `frameCount` device frames that come next belong to the recording.
  func wanted(_ frameCount: Int) -> Int { min(frameCount, max(0, remaining ?? .max)) }

  /// Device frames went by; `isWritten` where frames of the recording stand for them.
  mutating func pass(_ frameCount: Int, isWritten: Bool) {
    remaining = remaining.map { $0 - frameCount }
    if !isWritten { missing += frameCount }
  }

  /// Frames come on top of the length, such as the silence of a pause.
  mutating func extend(by frameCount: Int) { missing -= frameCount }

  /// How many of `frameCount` frames that leave the resampler are still written.
  mutating func admit(_ frameCount: Int) -> Int {
    guard let limit else { return frameCount }
    let left = limit - Int(Double(missing) * scale) - admitted
    let count = min(frameCount, max(0, left))
    admitted += count
    return count
  }
}
