internal import PCM
internal import SoundDevice
internal import SoundFile
internal import SoundTool

/// The way from a device's segments to the sink, for one format of the device.
final class RecordingLine {
  /// Writes the frames.
  let recording: RecordingWriter
  /// The destination.
  let sink: any FrameSink
  private let source: any SegmentSource
  private let untilQuiet: UntilQuiet?
  private let hasEvents: Bool

  /// - Parameters:
  ///   - device: The device, whose format counts.
  ///   - input: Its segments.
  ///   - earlier: The line for the format before, flushed.
  ///   - schedule: When the recording begins.
  init(
    _ plan: RecordPlan, _ device: any InputLeg, _ input: any SegmentSource, _ run: StreamRun,
    _ reporter: RunReporter, after earlier: RecordingLine? = nil, schedule: ScheduledStart?
  ) throws(ToolError) {
    let format = device.inputFormat
    let spreads = plan.spreadsMono && plan.map == nil && format.channelCount == 1
    let sound = StreamFormat(
      encoding: plan.fileFormat.deliveredEncoding, rate: plan.rate ?? format.rate,
      channelCount: (spreads ? plan.channelCount : nil) ?? format.channelCount)
    try plan.trigger.check(format, rate: sound.rate)
    if let earlier {
      sink = try earlier.sink(for: sound, plan, reporter)
      recording = try RecordingWriter(after: earlier.recording, from: format, into: sink)
    } else {
      sink = try Self.sink(for: sound, plan, reporter)
      recording = try RecordingWriter(
        plan.recording, from: format, into: sink, plan.trigger.level == nil ? reporter : nil)
    }
    let gain = plan.recording.gain
    let watched: any SegmentSource = WatchedInput(input, format) { reporter.note($0, captured: $1) }
    let timely = schedule.map { StartingAt(watched, time: $0.time) } ?? watched
    let paced: any SegmentSource =
      plan.latency == .low && sink.isStream
      ? Self.trimmed(timely, run, device, sink, isEarlyOnly: plan.recording.filling == .all)
      : timely
    (source, untilQuiet) = plan.trigger.stages(paced, format, gain, rate: sound.rate) { frames in
      reporter.measure(frames, encoding: format.encoding, gain: gain)
    }
    hasEvents = plan.trigger.hasEvents
  }

  private static func sink(
    for sound: StreamFormat, _ plan: RecordPlan, _ reporter: RunReporter
  ) throws(ToolError) -> any FrameSink {
    let length = plan.recording.length?.frameCount(at: sound.rate)
    return try plan.files.open(
      plan.output, as: plan.fileFormat, format: sound,
      length: length.map { .atMost($0) } ?? .unknown, didBegin: reporter.beginFile)
  }

  /// The sink for this format after the one before: a series goes on in its next file.
  private func sink(
    for sound: StreamFormat, _ plan: RecordPlan, _ reporter: RunReporter
  ) throws(ToolError) -> any FrameSink {
    guard sound != sink.format else { return sink }
    guard plan.files.split != nil else {
      throw .failure(
        sink.name,
        "the device came back at \(hertz(sound.rate)); -r \(Int(sink.format.rate)) would resample, "
          + "--split begin a new file")
    }
    try sink.close()
    return try Self.sink(for: sound, plan, reporter)
  }

  /// With low latency, trims the unnecessary backlog in the pipe.
  private static func trimmed(
    _ source: any SegmentSource, _ run: StreamRun, _ device: any InputLeg,
    _ sink: any FrameSink, isEarlyOnly: Bool
  ) -> TrimmedInput {
    let bytesPerFrame = sink.format.bytesPerFrame
    return TrimmedInput(
      source, isEarlyOnly: isEarlyOnly,
      TrimmedInput.Watch(
        waiting: {
          PipeWriter.unreadByteCount(StandardStreams.output) / bytesPerFrame
            + device.waitingFrameCount
        }, blockFrameCount: { device.periodFrameCount }, isOver: { run.isHalted }))
  }

  /// The next segment to take.
  func next() -> Segment? { recording.isComplete ? nil : source.next() }

  /// Whether all that was wanted is recorded.
  var isComplete: Bool { recording.isComplete || untilQuiet?.isReached == true }

  /// The progress so far.
  var progress: Progress {
    var progress = recording.progress
    // The length is that of the events; nobody knows when they come.
    if hasEvents { progress.remaining = nil }
    return progress
  }
}
