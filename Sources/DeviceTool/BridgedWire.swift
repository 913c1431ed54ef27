internal import PCM
internal import SoundDevice
internal import SoundTool

/// sd-wire between two devices with separate clocks: two streams, joined by a ring and by
/// resampling that follows both.
final class BridgedWire {
  let input: RawAudioInputStream
  let output: RawAudioOutputStream
  private let run: StreamRun
  private let line: StreamInput
  private let bridge: AdaptedOutput
  private let gain: Gain
  private let inputFormat: StreamFormat
  private var entry: SampleConverter
  private let block = Scratch()
  /// Frames of input passed through.
  private var takenCount = 0

  // MARK: Opening

  init(_ plan: WirePlan) throws(ToolError) {
    let duplex = plan.duplex
    let held = duplex.latencies.output
    func side(_ direction: StreamDirection, channelCount: Int?) -> SidePlan {
      SidePlan(
        device: duplex.devices[direction], channelCount: channelCount,
        map: duplex.maps[direction], encoding: .f32le,
        latency: duplex.latencies[direction].ofDeviceAlone)
    }
    let counts = duplex.channelCounts
    let (input, source) = try Agreement.open(duplex.stream) { () throws(DeviceFailure) in
      try Agreement(
        duplex.stream, input: side(.input, channelCount: counts.input), rate: duplex.rate,
        mayResample: true)
    } _: { agreement throws(PortAudioError) in
      try RawAudioInputStream(
        agreement.input.parameters, format: agreement.input.format, options: agreement.options)
    }
    let width = counts.output ?? duplex.maps.output?.count ?? input.inputChannelCount
    guard width == input.inputChannelCount else {
      throw .failure(
        "",
        "\(channels(input.inputChannelCount)) in, \(channels(width)) out; "
          + "choose as many of both with -c")
    }
    let seconds = max(1, 4 * held.heldSeconds(at: 48_000))
    let (output, target) = try Agreement.open(duplex.stream) { () throws(DeviceFailure) in
      try Agreement(
        duplex.stream, output: side(.output, channelCount: width), rate: duplex.rate,
        mayResample: true, buffer: .seconds(seconds))
    } _: { agreement throws(PortAudioError) in
      try RawAudioOutputStream(
        agreement.output.parameters, format: agreement.output.format, options: agreement.options)
    }
    Negotiation.report(input, source.input)
    Negotiation.report(output, target.output)
    let (from, to) = (source.input.device, target.output.device)
    Messages.note("", "\(from.id) and \(to.id) have clocks of their own: resampling")
    inputFormat = StreamFormat(
      encoding: SampleEncoding(input.inputFormat), rate: input.sampleRate,
      channelCount: input.inputChannelCount)
    let format = StreamFormat(
      encoding: SampleEncoding(output.outputFormat), rate: output.sampleRate,
      channelCount: output.outputChannelCount)
    let reporter = try RunReporter(duplex.report, rate: format.rate, channelCount: 0)
    // A block of input may be as long as the input's latency.
    let latency = max(
      held.heldSeconds(at: format.rate), output.outputLatency + input.inputLatency)
    bridge = try AdaptedOutput(
      output, to, format, from: input.sampleRate, latency: latency, dither: true,
      limit: plan.length?.frameCount(at: format.rate), reporter)
    run = StreamRun(
      output, to, LossPolicy(xrun: duplex.stream.xrun), reporter, partner: (input, from)
    ) {
      "\(counted(output.losses.output.delivered, "frame")), "
        + "\(input.losses.input.lost) of input lost, \(output.losses.output.lost) of output lost"
    }
    let length = plan.length
    run.progress = {
      let done = output.losses.output.delivered
      return Progress(
        frame: done, seconds: Double(done) / format.rate,
        length: length?.seconds(at: format.rate))
    }
    line = StreamInput(input, from, run, bytesPerFrame: inputFormat.bytesPerFrame)
    entry = SampleConverter(
      from: inputFormat.encoding, to: SampleEncoding(.float32), dither: false)
    (self.input, self.output, gain) = (input, output, plan.gain)
  }

  // MARK: Passing on

  func pass() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      try run.start()
      bridge.prepare()
      while !bridge.isComplete, let segment = line.next() {
        run.note(segment)
        if case .frames(let frames) = segment { try take(frames) }
        try run.check()
      }
      run.haltPartner()
      if run.failure == nil, !run.isHalted {
        try bridge.end()
        try run.waitUntilFinished()
      }
    }
    run.haltPartner()
    run.halt(run.failure == nil ? .drain : .abort)
    run.noteGaps()
    bridge.reportRatio()
    let report = settled()
    if run.failure?.kind != .reported { Messages.note("", summary(report)) }
    try run.finish(report, clipped: bridge.clippedCount)
  }

  private func take(_ frames: Frames) throws(ToolError) {
    var rest = frames
    while rest.count > 0 {
      let part = rest.prefix(bridge.capacity)
      rest = rest.dropFirst(part.count)
      let sampleCount = part.count * inputFormat.channelCount
      part.withBytes { bytes in
        block.withMutableBytes(sampleCount * MemoryLayout<Float>.stride) {
          entry.convert(bytes, into: &$0)
        }
      }
      if !gain.isUnity {
        block.withMutableSamples(Float.self, count: sampleCount) { gain.apply(to: &$0) }
      }
      takenCount += part.count
      let behind = rest.count + input.readAvailable
      try block.withBytes(sampleCount * MemoryLayout<Float>.stride) {
        samples throws(ToolError) in
        try bridge.take(samples, behind: behind)
      }
    }
    if input.readAvailable == 0 { bridge.idle() }
  }

  /// Both accounts; input after the end was not wanted.
  private func settled() -> LossReport {
    var report = bridge.settled(output.losses)
    report.input = input.losses.input
    report.input.discarded += report.input.delivered - takenCount
    report.input.delivered = takenCount
    return report
  }

  private func summary(_ report: LossReport) -> String {
    "\(counted(report.output.delivered, "frame")), \(report.input.lost) of input lost, "
      + "\(report.output.lost) of output lost, \(bridge.status.summary)"
  }
}
