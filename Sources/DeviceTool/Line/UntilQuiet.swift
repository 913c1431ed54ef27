internal import PCM
internal import SoundDevice
internal import SoundTool

/// A stage that ends once it has been quiet for long enough after something was heard.
final class UntilQuiet: SegmentSource {
  private let source: any SegmentSource
  private let scanner: LevelScanner
  private var limit: QuietLimit

  /// - Parameters:
  ///   - level: The magnitude below which frames are quiet.
  ///   - frameCount: The number of quiet frames to end after.
  init(_ source: any SegmentSource, _ format: StreamFormat, level: Double, frameCount: Int) {
    self.source = source
    scanner = LevelScanner(
      level: level, encoding: format.encoding, channelCount: format.channelCount)
    limit = QuietLimit(limit: frameCount)
  }

  /// Whether it ended for that reason.
  var isReached: Bool { limit.isReached }

  func next() -> Segment? {
    guard !isReached else { return nil }
    let segment = source.next()
    switch segment {
    case .frames(let frames): return .frames(frames.prefix(wanted(frames)))
    case .gap(let gap) where gap.direction == .input && gap.cause != .pause:
      _ = limit.take(quiet: gap.frameCount)
      return segment
    default: return segment
    }
  }

  /// How many of the frames come before the limit.
  private func wanted(_ frames: Frames) -> Int {
    var count = 0
    frames.withBytes { bytes in
      scanner.forEachRun(in: bytes) { isLoud, run in
        guard !limit.isReached else { return }
        if isLoud {
          limit.take(loud: run)
          count += run
        } else {
          count += limit.take(quiet: run)
        }
      }
    }
    return count
  }
}
