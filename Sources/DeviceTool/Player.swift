internal import PCM
internal import SoundDevice
public import SoundTool

/// What sd-play does: files or stdin to a device, to the last frame.
public final class Player {
  private let stream: RawAudioOutputStream
  private let pipeline: FramePipeline
  private let isLive: Bool
  private let isLow: Bool
  private let run: StreamRun
  private let feed: OutputFeed

  /// Plays, from the first call into the libraries to the last.
  public static func run(_ plan: PlayPlan) throws(ToolError) {
    try DeviceSystem.run(plan.stream) { () throws(ToolError) in try Player(plan).play() }
  }

  // MARK: Opening

  private init(_ plan: PlayPlan) throws(ToolError) {
    let sources = try AudioSource.open(plan.files, plan.reading)
    let channelCount = sources.map(\.format.channelCount).max() ?? 2
    let widest = sources.map(\.format.encoding).max { $0.significantBits < $1.significantBits }
    let rate = plan.rate ?? sources.first?.format.rate ?? 48_000
    let computes = !plan.sound.gain.isUnity || sources.contains { $0.format.rate != rate }
    if let map = plan.map, map.count != channelCount, channelCount != 1 {
      throw .failure("-m \(map)", "names \(channels(map.count)), there are \(channelCount)")
    }
    let side = SidePlan(
      device: plan.device, channelCount: channelCount, map: plan.map,
      encoding: computes ? .f32le : widest ?? .f32le, latency: plan.latency,
      spreadsMono: plan.spreadsMono,
      remedy: plan.map == nil ? " (sd-cat -m 1,2 … | sd-play plays two of them)" : "")
    let (stream, agreement) = try Agreement.open(plan.stream) { () throws(DeviceFailure) in
      try Agreement(plan.stream, output: side, rate: rate, mayResample: plan.mayResample)
    } _: { agreement throws(PortAudioError) in
      var options = agreement.options
      options.prebuffersOutput = true
      return try RawAudioOutputStream(
        agreement.output.format, parameters: agreement.output.parameters, options: options)
    }
    let format = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: stream.sampleRate,
      channelCount: stream.outputChannelCount)
    let device = agreement.output.device
    Negotiation.report(stream, agreement.output)
    let reporter = try RunReporter(
      plan.report, rate: format.rate, channelCount: format.channelCount)
    for source in sources { source.reportGuess() }
    let pipeline = try FramePipeline(sources, to: format, plan.sound)
    run = StreamRun(
      stream, device, LossPolicy(xrun: plan.stream.xrun), reporter
    ) {
      let counts = stream.losses.output
      let seconds = (Double(counts.delivered) / format.rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames played (\(seconds) s), \(counts.inserted) inserted, "
        + "\(counts.lost) lost"
    }
    run.progress = {
      let done = stream.losses.output.delivered
      return Progress(
        frame: done, seconds: Double(done) / format.rate,
        length: pipeline.frameCount.map { Double($0) / format.rate })
    }
    isLive = sources.contains { !$0.isRepeatable }
    isLow = isLive && plan.latency == .low
    feed = OutputFeed(pipeline, to: stream, device, pacing: isLow ? .live : .full, reporter)
    (self.stream, self.pipeline) = (stream, pipeline)
  }

  // MARK: Playing

  private func play() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      // What is live is not waited for until it fills the ring.
      if !isLive { try feed.prefill() }
      try run.start()
      if isLow, !SoundSystem.makeThreadRealtime() {
        Messages.detail("", "no real-time priority for the thread that reads")
      }
      try feed.run(check: run.check)
      try run.waitUntilFinished()
    }
    run.halt(run.failure == nil ? .drain : .abort)
    run.noteGaps()
    try run.finish(clipped: pipeline.clippedCount)
  }
}
