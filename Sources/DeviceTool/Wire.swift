internal import PCM
internal import SoundDevice
public import SoundTool

/// sd-wire: passes input to output inside the callback, without any latency of its own.
public final class Wire {
  let stream: RawAudioStream
  private let run: StreamRun
  /// The number of frames to pass through.
  private let limit: Int

  /// Passes sound through, including the start and shutdown of the libraries.
  public static func run(_ plan: WirePlan) throws(ToolError) {
    try DeviceSystem.run(plan.duplex.stream) { () throws(ToolError) in
      guard try hasTwoClocks(plan.duplex) else {
        if plan.adapts { Messages.detail("--adapt", "nothing to follow: there is one clock") }
        return try Wire(plan).pass()
      }
      guard plan.mayResample else {
        throw .failure(
          "--no-resample", "the devices have clocks of their own, which resampling joins")
      }
      try BridgedWire(plan).pass()
    }
  }

  /// Whether input and output have separate clocks: they do unless they are one device, or two of
  /// one JACK server.
  private static func hasTwoClocks(_ plan: DuplexPlan) throws(ToolError) -> Bool {
    try DeviceFailure.retrying(seconds: plan.stream.waitSeconds) { () throws(DeviceFailure) in
      let input = try Negotiation.device(plan.devices.input, .input)
      let output = try Negotiation.device(plan.devices.output, .output)
      guard input.index != output.index else { return false }
      return input.hostAPIIndex != output.hostAPIIndex || !input.hostAPIName.contains("JACK")
    }
  }

  // MARK: Opening

  init(_ plan: WirePlan) throws(ToolError) {
    let duplex = plan.duplex
    func side(_ direction: StreamDirection) -> SidePlan {
      SidePlan(
        device: duplex.devices[direction], channelCount: duplex.channelCounts[direction],
        map: duplex.maps[direction], encoding: plan.gain.isUnity ? plan.encoding : .f32le,
        latency: duplex.latencies[direction])
    }
    let (stream, agreement) = try Agreement.open(duplex.stream) { () throws(DeviceFailure) in
      let agreement = try Agreement(
        duplex.stream, input: side(.input), output: side(.output), rate: duplex.rate)
      let counts = (agreement.input.channelCount, agreement.output.channelCount)
      guard counts.0 == counts.1 else {
        throw DeviceFailure(
          .failure(
            "", "\(channels(counts.0)) in, \(counts.1) out; choose as many of both with -c"))
      }
      return agreement
    } _: { agreement throws(PortAudioError) in
      try Self.open(agreement, plan)
    }
    let rate = stream.sampleRate
    let device = agreement.output.device
    Messages.detail(
      device.id,
      "opened: \(hertz(rate)), \(channels(stream.outputChannelCount)), "
        + "input latency \(Negotiation.milliseconds(stream.inputLatency)), "
        + "output latency \(Negotiation.milliseconds(stream.outputLatency))")
    let limit = plan.length?.frameCount(at: rate) ?? .max
    run = StreamRun(
      stream, device, LossPolicy(xrun: duplex.stream.xrun),
      try RunReporter(duplex.report, rate: rate, channelCount: 0)
    ) { Self.summary(stream, limit) }
    run.progress = {
      let done = stream.losses.output.delivered
      return Progress(
        frame: done, seconds: Double(done) / rate, length: plan.length?.seconds(at: rate))
    }
    (self.stream, self.limit) = (stream, limit)
  }

  private static func open(
    _ agreement: Agreement, _ plan: WirePlan
  ) throws(PortAudioError) -> RawAudioStream {
    let format = agreement.output.format
    let bytesPerFrame = agreement.output.bytesPerFrame
    let limit = plan.length?.frameCount(at: agreement.options.sampleRate ?? 0) ?? .max
    let gain = plan.gain
    return try RawAudioStream(
      input: agreement.input.parameters, output: agreement.output.parameters, inputFormat: format,
      outputFormat: format, options: agreement.options
    ) { input, output, info in
      let count = min(info.frameCount, limit - info.position)
      copy(input, to: &output, byteCount: count * bytesPerFrame, gain: gain, format)
      return info.position + info.frameCount >= limit ? .complete : .continue
    }
  }

  // MARK: Passing on

  func pass() throws(ToolError) {
    run.attempt { () throws(ToolError) in
      try run.start()
      try run.waitUntilFinished()
    }
    // The load is only meaningful while the stream runs.
    let summary = Self.summary(stream, limit)
    run.halt(.drain)
    run.noteGaps()
    if run.failure?.kind != .reported { Messages.note("", summary) }
    try run.finish(settled(stream.losses), clipped: 0)
  }

  /// The last block may extend beyond the length; the rest of it is silent.
  private func settled(_ losses: LossReport) -> LossReport {
    var losses = losses
    let beyond = max(0, losses.output.delivered - limit)
    losses.input.delivered -= beyond
    losses.input.discarded += beyond
    losses.output.delivered -= beyond
    losses.output.padding += beyond
    return losses
  }

  private static func summary(_ stream: RawAudioStream, _ limit: Int) -> String {
    let losses = stream.losses
    let frameCount = min(losses.output.delivered, limit)
    let load = (stream.cpuLoad * 1000).rounded() / 10
    return "\(counted(frameCount, "frame")), \(losses.input.lost) of input lost, "
      + "\(losses.output.lost) of output lost, CPU load \(load) %"
  }
}

/// On the audio thread.
@_lifetime(output: copy output)
private func copy(
  _ input: borrowing RawSpan, to output: inout MutableRawSpan, byteCount: Int, gain: Gain,
  _ format: SampleFormat
) {
  guard byteCount > 0 else { return }
  unsafe input.withUnsafeBytes { source in
    unsafe output.withUnsafeMutableBytes { target in
      unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<byteCount]))
      guard !gain.isUnity, format == .float32 else { return }
      let samples = unsafe target.assumingMemoryBound(to: Float.self)
      var span = unsafe MutableSpan(_unsafeElements: samples)
      gain.apply(to: &span)
    }
  }
}
