internal import PCM
internal import SoundDevice
public import SoundTool

/// What sd-play does: files or stdin to a device, to the last frame.
public final class Player {
  let stream: RawAudioOutputStream
  private let pipeline: FramePipeline
  private let isLive: Bool
  private let isLow: Bool
  private let run: StreamRun
  private let feed: OutputFeed
  private let adapted: AdaptedOutput?
  private let schedule: ScheduledStart?

  /// Plays, from the first call into the libraries to the last.
  public static func run(_ plan: PlayPlan) throws(ToolError) {
    try DeviceSystem.run(plan.stream) { () throws(ToolError) in try Player(plan).play() }
  }

  // MARK: Opening

  init(_ plan: PlayPlan) throws(ToolError) {
    let sources = try AudioSource.open(plan.files, plan.reading)
    let channelCount = sources.map(\.format.channelCount).max() ?? 2
    let widest = sources.map(\.format.encoding).max { $0.significantBits < $1.significantBits }
    let rate = plan.rate ?? sources.first?.format.rate ?? 48_000
    let isLive = sources.contains { !$0.isRepeatable }
    let adapts = plan.adapts && isLive
    if plan.adapts, !isLive { Messages.detail("--adapt", "nothing to follow: files keep no time") }
    let computes = adapts || !plan.sound.gain.isUnity || sources.contains { $0.format.rate != rate }
    if let map = plan.map, map.count != channelCount, channelCount != 1 {
      throw .failure("-m \(map)", "names \(channels(map.count)), there are \(channelCount)")
    }
    let side = SidePlan(
      device: plan.device, channelCount: channelCount, map: plan.map,
      encoding: computes ? .f32le : widest ?? .f32le,
      latency: adapts ? plan.latency.ofDeviceAlone : plan.latency, spreadsMono: true,
      mixesDown: sources.allSatisfy { $0.format.channelCount <= 2 || $0.channelLayout != nil },
      remedy: plan.map == nil ? "; choose with sd-cat -m 1,2 … | sd-play" : "")
    let (stream, agreement) = try Agreement.open(plan.stream) { () throws(DeviceFailure) in
      try Agreement(
        plan.stream, output: side, rate: rate, mayResample: plan.mayResample,
        buffer: .seconds(adapts ? AdaptedFeed.bufferSeconds : 1))
    } _: { agreement throws(PortAudioError) in
      var options = agreement.options
      // Silence brings what is adapted to its latency.
      options.prebuffersOutput = !adapts
      return try RawAudioOutputStream(
        agreement.output.parameters, format: agreement.output.format, options: options)
    }
    let format = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: stream.sampleRate,
      channelCount: stream.outputChannelCount)
    let device = agreement.output.device
    Negotiation.report(stream, agreement.output)
    let reporter = try RunReporter(
      plan.report, rate: format.rate, channelCount: format.channelCount)
    let sourceRate = sources.first?.format.rate ?? format.rate
    var given = format
    var sound = plan.sound
    if adapts {
      given = StreamFormat(
        encoding: SampleEncoding(.float32), rate: sourceRate, channelCount: format.channelCount)
      // That is done last, as resampling may overshoot.
      sound.clips = false
    }
    let pipeline = try FramePipeline(sources, to: given, sound)
    adapted =
      try adapts
      ? AdaptedOutput(
        stream, device, format, from: sourceRate, latency: plan.latency.heldSeconds(at: rate),
        dither: plan.sound.dither, reporter) : nil
    // A player is to convert; only a mix is worth a word.
    let asked = RawFormat(encoding: format.encoding, rate: rate, channelCount: channelCount)
    sources.reportConversion(to: format, asked: asked, map: plan.map != nil)
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
    schedule = ScheduledStart(plan.startTime)
    if let schedule { stream.holdOutput(until: schedule.time) }
    self.isLive = isLive
    isLow = isLive && plan.latency == .low
    feed = OutputFeed(pipeline, to: stream, device, pacing: isLow ? .live : .full, reporter)
    (self.stream, self.pipeline) = (stream, pipeline)
  }

  // MARK: Playing

  func play() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      // What is live is not waited for until it fills the ring.
      if !isLive { try feed.prefill() }
      schedule?.wait(run, latency: stream.outputLatency)
      try run.start()
      if isLow, !SoundSystem.makeThreadRealtime() {
        Messages.detail("", "no real-time priority for the thread that reads")
      }
      if let adapted {
        try AdaptedFeed(adapted, pipeline).run(check: run.check)
      } else {
        try feed.run(check: run.check)
      }
      try run.waitUntilFinished()
    }
    run.halt(run.failure == nil ? .drain : .abort)
    run.noteGaps()
    schedule?.reportLateness(stream.startTime)
    adapted?.reportEnd()
    try run.finish(
      adapted?.settled(stream.losses),
      clipped: pipeline.clippedCount + (adapted?.clippedCount ?? 0))
  }
}

extension SoundTool.Latency {
  /// What a device is asked for where this is held between writer and device: the least, so that
  /// the rest is for the writer to be late.
  var ofDeviceAlone: SoundTool.Latency {
    if case .time = self { .low } else { self }
  }

  /// What is held between writer and device, in seconds; 0 for as little as goes.
  func heldSeconds(at rate: Double) -> Double {
    switch self {
    case .low: 0
    case .high: 0.2
    case .time(let time): time.seconds(at: rate)
    }
  }
}
