internal import PCM
internal import SoundTool

/// A stage that passes everything, and reports long stretches of nothing but zeros.
final class WatchedInput: SegmentSource {
  private let source: any SegmentSource
  private let scanner: LevelScanner
  private let rate: Double
  private let report: (SilenceWatch.Change, _ captured: Double?) -> Void
  private var watch: SilenceWatch
  private var position = 0

  /// - Parameter report: Called with each change, and the capture time of its frame.
  init(
    _ source: any SegmentSource, _ format: StreamFormat,
    report: @escaping (SilenceWatch.Change, _ captured: Double?) -> Void
  ) {
    self.source = source
    self.report = report
    rate = format.rate
    scanner = .nonzero(encoding: format.encoding, channelCount: format.channelCount)
    watch = SilenceWatch(limit: Int(SilenceWatch.seconds * format.rate))
  }

  func next() -> Segment? {
    let segment = source.next()
    if case .frames(let frames) = segment { look(frames) }
    return segment
  }

  private func look(_ frames: Frames) {
    let sound = frames.withBytes { bytes -> (first: Int, last: Int)? in
      guard let first = scanner.first(in: bytes), let last = scanner.last(in: bytes) else {
        return nil
      }
      return (first, last)
    }
    watch.take(frames.count, sound: sound) { change in
      report(change, frames.captured.map { $0 + Double(change.frame - position) / rate })
    }
    position += frames.count
  }
}
