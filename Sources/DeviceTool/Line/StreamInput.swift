internal import SoundDevice
internal import SoundTool

/// The input of a run's stream. When the run ends, the stream is stopped, and its remaining frames
/// come before the end.
final class StreamInput: SegmentSource {
  private static let maxBlock = 16384

  private var reader: InputReader
  private let stream: any AudioInputStreaming
  private let device: Device
  private let run: StreamRun
  private let bytesPerFrame: Int
  private let isBlockByBlock: Bool
  private let block = Scratch()
  private var clock: CaptureClock
  /// Frames returned so far.
  private var position = 0
  private var hasEnded = false

  /// - Parameter isBlockByBlock: Whether to return at most one block of the host at a time.
  init(
    _ stream: some AudioInputStreaming, _ device: Device, _ run: StreamRun, bytesPerFrame: Int,
    isBlockByBlock: Bool = false
  ) {
    reader = InputReader(stream)
    self.stream = stream
    self.device = device
    self.run = run
    self.bytesPerFrame = bytesPerFrame
    self.isBlockByBlock = isBlockByBlock
    clock = CaptureClock(rate: stream.sampleRate)
  }

  func next() -> Segment? {
    while !hasEnded {
      if run.shouldEnd() { run.halt(.abort) }
      do throws(PortAudioError) {
        switch try read() {
        case .frames(let count): return .frames(frames(count))
        case .gap(let gap):
          var lineGap = LineGap(gap)
          if gap.direction == .input {
            lineGap.age = max(0, position - gap.position)
            clock.skip(
              gap.frameCount, observationCount: lineGap.age / max(1, stream.periodFrameCount))
          }
          return .gap(lineGap)
        case .interrupted: hasEnded = run.isHalted
        case .end: hasEnded = true
        }
      } catch {
        hasEnded = true
        return .lost(.running(error, device, stream))
      }
    }
    return nil
  }

  private func frames(_ count: Int) -> Frames {
    let range = position..<position + count
    // A block beyond these frames may come after a gap that has not been returned yet.
    if let timing = stream.inputTiming, !clock.isSet || range.contains(timing.position) {
      clock.observe(timing.position, at: timing.captureTime)
    }
    position = range.upperBound
    return Frames(
      block: block, range: 0..<count, bytesPerFrame: bytesPerFrame, rate: stream.sampleRate,
      captured: clock.time(of: range.lowerBound))
  }

  private func read() throws(PortAudioError) -> InputSegment {
    let period = stream.periodFrameCount
    let room = isBlockByBlock && period > 0 ? min(period, Self.maxBlock) : Self.maxBlock
    return try block.withMutableBytes(room * bytesPerFrame) { bytes throws(PortAudioError) in
      try reader.next(into: &bytes, until: run.isInterrupted)
    }
  }
}
