internal import PCM
internal import Platform
internal import SoundDevice
internal import SoundFile
public import SoundTool
internal import Synchronization

/// sd-playrec: a device plays and records at the same time, frame for frame.
///
/// Frame n of the recording was captured while frame n was played, and both have the same length.
/// The main thread records; another thread feeds the output.
public final class DuplexRecorder {
  let stream: RawAudioStream
  private let run: StreamRun
  private let recording: RecordingWriter
  private let line: any SegmentSource
  private let feeder: Feeder
  private let measurement: RoundTripMeasurement?

  /// Plays and records, including the start and shutdown of the libraries.
  public static func run(_ plan: PlayRecordPlan) throws(ToolError) {
    try DeviceSystem.run(plan.duplex.stream) { () throws(ToolError) in
      try DuplexRecorder(plan).playAndRecord()
    }
  }

  // MARK: Opening

  init(_ plan: PlayRecordPlan) throws(ToolError) {
    let source = try AudioSource(plan.input, plan.reading)
    try plan.output.refuse([source])
    let fileFormat = Self.fileFormat(plan, source)
    let (stream, agreement) = try Self.open(plan, source, fileFormat.deliveredEncoding)
    let rate = stream.sampleRate
    let played = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: rate,
      channelCount: stream.outputChannelCount)
    let recorded = StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: rate,
      channelCount: stream.inputChannelCount)
    let reporter = try RunReporter(
      plan.duplex.report, rate: rate, channelCount: recorded.channelCount, isAligned: true)
    guard source.format.rate == rate else {
      throw .failure(
        source.name, "is at \(hertz(source.format.rate)), and sd-playrec never resamples")
    }
    let device = agreement.output.device
    run = StreamRun(
      stream, device, LossPolicy(xrun: plan.duplex.stream.xrun), reporter
    ) {
      let losses = stream.losses
      return "\(losses.output.delivered) frames played, \(losses.input.delivered) recorded, "
        + "\(losses.input.dropped + losses.input.lost) lost"
    }
    let input = StreamInput(stream, device, run, bytesPerFrame: recorded.bytesPerFrame)
    // Nothing is created before that is known.
    measurement = try Self.measurement(plan.compensation, stream, played, recorded, input, run)
    line = WatchedInput(input, recorded) { reporter.note($0, captured: $1) }
    let roundTrip = measurement?.lag ?? Self.roundTrip(plan.compensation, stream)
    let spreads = fileFormat.type == .raw && plan.duplex.maps.input == nil
    let sink = try AudioSink(
      plan.output, as: fileFormat, rate: rate,
      channelCount: (spreads && recorded.channelCount == 1 ? plan.duplex.channelCounts.input : nil)
        ?? recorded.channelCount)
    let pipeline = try FramePipeline([source], to: played, plan.sound)
    var recordingPlan = RecordingPlan()
    recordingPlan.dither = plan.sound.dither
    recordingPlan.filling = .unlessMutual
    recordingPlan.skippedFrameCount = measurement?.skippedCount ?? roundTrip
    let recording = try RecordingWriter(recordingPlan, from: recorded, into: sink, reporter)
    let length = pipeline.frameCount.map {
      Double($0 + plan.tail.frameCount(at: rate)) / rate
    }
    run.progress = {
      var progress = recording.progress
      progress.length = length
      return progress
    }
    // The end of the sound comes back while the tail plays.
    let tail = roundTrip + plan.tail.frameCount(at: rate)
    feeder = Feeder(OutputFeed(pipeline, to: stream, device, tail: tail), pipeline, stream)
    (self.stream, self.recording) = (stream, recording)
  }

  private static func open(
    _ plan: PlayRecordPlan, _ source: AudioSource, _ encoding: SampleEncoding
  ) throws(ToolError) -> (RawAudioStream, Agreement) {
    let duplex = plan.duplex
    let input = SidePlan(
      device: duplex.devices.input, channelCount: duplex.channelCounts.input,
      map: duplex.maps.input, encoding: encoding, latency: duplex.latencies.input,
      spreadsMono: plan.output.type == .raw)
    let output = SidePlan(
      device: duplex.devices.output, channelCount: source.format.channelCount,
      map: duplex.maps.output,
      encoding: plan.sound.gain.isUnity ? source.format.encoding : .f32le,
      latency: duplex.latencies.output)
    let (stream, agreement) = try Agreement.open(duplex.stream) { () throws(DeviceFailure) in
      try Agreement(
        duplex.stream, input: input, output: output, rate: duplex.rate ?? source.format.rate)
    } _: { agreement throws(PortAudioError) in
      var options = agreement.options
      options.prebuffersOutput = true
      options.alignsInput = true
      return try RawAudioStream(
        input: agreement.input.parameters, output: agreement.output.parameters,
        inputFormat: agreement.input.format, outputFormat: agreement.output.format, options: options
      )
    }
    Negotiation.report(stream, agreement.input)
    Negotiation.report(stream, agreement.output)
    return (stream, agreement)
  }

  private static func roundTrip(
    _ compensation: PlayRecordPlan.Compensation?, _ stream: RawAudioStream
  ) -> Int {
    switch compensation {
    case nil, .measured: return 0
    case .frames(let count): return count
    case .automatic:
      guard let count = stream.reportedRoundTrip else {
        Messages.note(
          "--compensate auto", "the host reports no round trip; nothing compensated, try measure")
        return 0
      }
      Messages.detail("", "round trip of \(counted(count, "frame")) compensated")
      return count
    }
  }

  private static func measurement(
    _ compensation: PlayRecordPlan.Compensation?, _ stream: RawAudioStream,
    _ played: StreamFormat, _ recorded: StreamFormat, _ line: StreamInput, _ run: StreamRun
  ) throws(ToolError) -> RoundTripMeasurement? {
    guard compensation == .measured else { return nil }
    let measurement = try RoundTripMeasurement(stream, played, recorded, line, run)
    Messages.note("", "round trip of \(counted(measurement.lag, "frame")) measured")
    return measurement
  }

  /// The recording has the encoding of the sound played, unless its name or an option says
  /// otherwise.
  private static func fileFormat(_ plan: PlayRecordPlan, _ source: AudioSource) -> AudioFileFormat {
    let type = plan.output.type
    if let encoding = plan.recordFormat { return AudioFileFormat(type, encoding: encoding) }
    if let encoding = plan.output.encodingInName {
      return AudioFileFormat(.raw, encoding: encoding)
    }
    if type == .raw {
      return AudioFileFormat(.raw, encoding: plan.reading.raw.resolved.encoding)
    }
    return AudioFileFormat(type, keeping: .pcm(source.format.encoding))
  }

  // MARK: Playing and recording

  func playAndRecord() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      try feeder.prefill()
      if measurement == nil { try run.start() }
      feeder.begin()
      while let segment = line.next() {
        run.note(segment)
        try recording.take(segment)
      }
      try recording.flush()
    }
    run.halt(.abort)
    run.attempt { () throws(ToolError) in try recording.close() }
    // A failure of the input explains a recording that ends early.
    run.prefer(feeder.failure)
    try run.finish(
      settled(),
      output: recording.name, clipped: recording.clippedCount + feeder.clippedCount)
  }

  /// The account, in which what was played and recorded to measure is no sound.
  private func settled() -> LossReport {
    var account = recording.account
    account.skipped += measurement?.takenCount ?? 0
    var report = account.settled(stream.losses, isComplete: false)
    let measured = min(measurement?.playedCount ?? 0, report.output.delivered)
    report.output.delivered -= measured
    report.output.padding += measured
    return report
  }

  /// Feeds the output on a separate thread.
  private final class Feeder: @unchecked Sendable {
    // Safe to share: from `begin` on, only the thread uses the feed and the pipeline.
    private let feed: OutputFeed
    private let pipeline: FramePipeline
    private let stream: RawAudioStream
    private let state = Mutex((failure: ToolError?.none, clippedCount: 0))

    init(_ feed: OutputFeed, _ pipeline: FramePipeline, _ stream: RawAudioStream) {
      self.feed = feed
      self.pipeline = pipeline
      self.stream = stream
    }

    var failure: ToolError? { state.withLock { $0.failure } }
    var clippedCount: Int { state.withLock { $0.clippedCount } }

    /// Fills the ring before the start, unless the sound is live.
    func prefill() throws(ToolError) {
      if pipeline.current?.isRepeatable == true { try feed.prefill() }
      noteClipped()
    }

    func begin() {
      startThread(named: "sd-feed") { [self] in
        do throws(ToolError) { try feed.run(check: noteClipped) } catch {
          state.withLock { $0.failure = error }
          stream.endOutput()
        }
      }
    }

    private func noteClipped() {
      let count = pipeline.clippedCount
      state.withLock { $0.clippedCount = count }
    }
  }
}
