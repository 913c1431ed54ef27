internal import PCM
internal import SoundDevice
internal import SoundFile
public import SoundTool

/// sd-rec: records a device to stdout, a file or a series of files.
public final class Recorder {
  let stream: RawAudioInputStream
  private let sink: any FrameSink
  private let isLow: Bool
  private let run: StreamRun
  private let recording: RecordingWriter
  private let line: any SegmentSource
  private let schedule: ScheduledStart?
  private let untilQuiet: UntilQuiet?

  /// Records, including the start and shutdown of the libraries.
  public static func run(_ plan: RecordPlan) throws(ToolError) {
    try DeviceSystem.run(plan.stream) { () throws(ToolError) in try Recorder(plan).record() }
  }

  // MARK: Opening

  init(_ plan: RecordPlan) throws(ToolError) {
    let isLow = plan.latency == .low
    let encoding = plan.fileFormat.deliveredEncoding
    let side = SidePlan(
      device: plan.device, channelCount: plan.map?.count ?? plan.channelCount, map: plan.map,
      encoding: plan.recording.gain.isUnity ? encoding : .f32le, latency: plan.latency,
      spreadsMono: plan.spreadsMono)
    let (stream, agreement) = try Agreement.open(plan.stream) { () throws(DeviceFailure) in
      try Agreement(
        plan.stream, input: side, rate: plan.rate, mayResample: plan.mayResample,
        buffer: isLow ? .seconds(0.1) : .seconds(10))
    } _: { agreement throws(PortAudioError) in
      try RawAudioInputStream(
        agreement.input.parameters, format: agreement.input.format, options: agreement.options)
    }
    let rate = stream.sampleRate
    let format = StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: rate,
      channelCount: stream.inputChannelCount)
    let device = agreement.input.device
    Negotiation.report(stream, agreement.input)
    let reporter = try RunReporter(
      plan.report, rate: rate, channelCount: format.channelCount)
    run = StreamRun(
      stream, device, LossPolicy(xrun: plan.stream.xrun), reporter
    ) {
      let counts = stream.losses.input
      let seconds = (Double(counts.delivered) / rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames recorded (\(seconds) s), \(counts.dropped) dropped, "
        + "\(counts.lost) lost"
    }
    if plan.endsWithInput { run.ends(when: StandardStreams.watchInput { stream.wakeWaiting() }) }
    let spreads = plan.spreadsMono && plan.map == nil && format.channelCount == 1
    let sound = StreamFormat(
      encoding: encoding, rate: plan.rate ?? rate,
      channelCount: (spreads ? plan.channelCount : nil) ?? format.channelCount)
    let length = plan.recording.length?.frameCount(at: sound.rate)
    try plan.trigger.check(format, rate: sound.rate)
    sink = try plan.files.open(
      plan.output, as: plan.fileFormat, format: sound,
      length: length.map { .atMost($0) } ?? .unknown, didBegin: reporter.beginFile)
    let gain = plan.recording.gain
    let recording = try RecordingWriter(
      plan.recording, from: format, into: sink, plan.trigger.level == nil ? reporter : nil)
    run.progress = { recording.progress }
    self.isLow = isLow && sink.isStream
    let input = StreamInput(
      stream, device, run, bytesPerFrame: format.bytesPerFrame, isBlockByBlock: isLow)
    let watched: any SegmentSource = WatchedInput(input, format) { reporter.note($0, captured: $1) }
    schedule = ScheduledStart(plan.startTime)
    let timely = schedule.map { StartingAt(watched, time: $0.time) } ?? watched
    let paced: any SegmentSource =
      self.isLow
      ? Self.trimmed(timely, run, stream, sink, isEarlyOnly: plan.recording.filling == .all)
      : timely
    (line, untilQuiet) = plan.trigger.stages(paced, format, gain, rate: sound.rate) { frames in
      reporter.measure(frames, encoding: format.encoding, gain: gain)
    }
    (self.stream, self.recording) = (stream, recording)
  }

  /// With low latency, trims the unnecessary backlog in the pipe.
  private static func trimmed(
    _ source: any SegmentSource, _ run: StreamRun, _ stream: RawAudioInputStream,
    _ sink: any FrameSink, isEarlyOnly: Bool
  ) -> TrimmedInput {
    let bytesPerFrame = sink.format.bytesPerFrame
    return TrimmedInput(
      source, isEarlyOnly: isEarlyOnly,
      TrimmedInput.Watch(
        waiting: {
          PipeWriter.unreadByteCount(StandardStreams.output) / bytesPerFrame
            + stream.readAvailable
        }, blockFrameCount: { stream.periodFrameCount }, isOver: { run.isHalted }))
  }

  // MARK: Recording

  func record() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      schedule?.wait(run, latency: stream.inputLatency)
      try run.start()
      if isLow { prepareLowLatency() }
      while !recording.isComplete, let segment = line.next() {
        // May end the run; the source then returns the frames captured before.
        run.note(segment)
        if isLow { shrinkPipe() }
        try recording.take(segment)
      }
      try recording.flush()
    }
    run.halt(.abort)
    run.attempt { () throws(ToolError) in try recording.close() }
    schedule?.reportLateness(stream)
    let early = recording.account.early
    if early > 0 { Messages.detail("", "began \(counted(early, "frame")) late, to be in time") }
    try run.finish(
      recording.account.settled(stream.losses, isComplete: isComplete),
      output: recording.name, clipped: recording.clippedCount)
  }

  /// Whether all that was wanted is recorded.
  private var isComplete: Bool { recording.isComplete || untilQuiet?.isReached == true }

  private func prepareLowLatency() {
    if !SoundSystem.makeThreadRealtime() {
      Messages.detail("", "no real-time priority for the thread that writes")
    }
  }

  private var isPipeShrunk = false

  private func shrinkPipe() {
    guard !isPipeShrunk, stream.periodFrameCount > 0 else { return }
    isPipeShrunk = true
    PipeWriter.shrinkPipe(
      StandardStreams.output,
      blockByteCount: stream.periodFrameCount * sink.format.bytesPerFrame)
  }
}
