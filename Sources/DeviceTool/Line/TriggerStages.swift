internal import PCM
internal import SoundTool

extension TriggerPlan {
  /// The maximum memory for frames before an event.
  private static let maxByteCount = 1 << 30

  /// Throws if the frames to keep before an event need too much memory.
  ///
  /// - Parameters:
  ///   - format: The device's format.
  ///   - rate: The recording's rate, at which times in frames count.
  func check(_ format: StreamFormat, rate: Double) throws(ToolError) {
    let limit = Self.maxByteCount / format.bytesPerFrame
    guard level != nil, frameCount(before, format, rate) > limit else { return }
    throw .failure(
      "--before", "at most \(limit / Int(format.rate)) s of this sound are kept in memory")
  }

  /// Adds the stages of this plan to a source.
  ///
  /// - Parameters:
  ///   - format: The source's format, which has been checked.
  ///   - gain: The gain after which levels count.
  ///   - rate: The recording's rate, at which times in frames count.
  ///   - measure: Called with all frames, if there is a trigger.
  func stages(
    _ source: any SegmentSource, _ format: StreamFormat, _ gain: Gain, rate: Double,
    measure: @escaping (RawSpan) -> Void
  ) -> (line: any SegmentSource, untilQuiet: UntilQuiet?) {
    let untilQuiet = untilSilence.map { time in
      UntilQuiet(
        source, format, level: quietLevel.factor / gain.factor,
        frameCount: max(1, frameCount(time, format, rate)))
    }
    guard let level else { return (untilQuiet ?? source, untilQuiet) }
    let line = TriggeredInput(
      untilQuiet ?? source, format, level: level.factor / gain.factor,
      before: frameCount(before, format, rate), hold: frameCount(hold, format, rate),
      measure: measure)
    return (line, untilQuiet)
  }

  /// A time in frames of the device.
  private func frameCount(_ time: FrameTime, _ format: StreamFormat, _ rate: Double) -> Int {
    // Far beyond any recording, and sums of them still fit.
    Int(exactly: (time.seconds(at: rate) * format.rate).rounded()) ?? 1 << 60
  }
}
