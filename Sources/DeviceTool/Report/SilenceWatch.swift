/// Watches for long stretches in which every sample is exactly zero, as a muted microphone delivers,
/// or one that the program may not hear.
struct SilenceWatch {
  /// What has become known.
  struct Change: Equatable {
    /// Whether only zeros came from the frame on; otherwise sound is back there.
    let isBegin: Bool
    /// The device's frame.
    let frame: Int
  }

  /// The seconds of zeros that are reported.
  static let seconds = 10.0

  private let limit: Int
  private var position = 0
  /// Zeros at the end of all frames so far.
  private var zeros = 0
  private var isReported = false

  /// - Parameter limit: The number of zero frames to report.
  init(limit: Int) { self.limit = max(1, limit) }

  /// Takes the next frames.
  ///
  /// - Parameters:
  ///   - sound: The first and the last frame among them that is not zero; nil if all are.
  ///   - report: Called with each change, in order.
  mutating func take(
    _ frameCount: Int, sound: (first: Int, last: Int)?, _ report: (Change) -> Void
  ) {
    zeros += sound?.first ?? frameCount
    reportZeros(upTo: position + (sound?.first ?? frameCount), report)
    if let sound {
      if isReported { report(Change(isBegin: false, frame: position + sound.first)) }
      isReported = false
      zeros = frameCount - 1 - sound.last
      reportZeros(upTo: position + frameCount, report)
    }
    position += frameCount
  }

  private mutating func reportZeros(upTo end: Int, _ report: (Change) -> Void) {
    guard !isReported, zeros >= limit else { return }
    isReported = true
    report(Change(isBegin: true, frame: end - zeros))
  }
}
