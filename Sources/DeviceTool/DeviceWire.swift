public import PCM
internal import SoundDevice
public import SoundTool

/// Input to output inside the callback: what sd-wire stands on.
public final class DeviceWire {
  private let stream: RawAudioStream
  private let device: Device
  private let monitor: Monitor
  private let length: Double?
  private let limit: Int

  /// Finds the devices, agrees with them and opens them.
  ///
  /// - Parameter length: How much to pass on; nil until stopped.
  public init(
    _ request: DuplexRequest, gain: Gain, length: FrameTime?, _ reporting: Reporting
  ) throws(ToolError) {
    let policy = try request.streaming.xrunPolicy()
    let (stream, agreement) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      let agreement = try DuplexAgreement(request)
      return (try Self.open(agreement, gain, length), agreement)
    }
    self.stream = stream
    device = agreement.outputDevice
    let rate = stream.sampleRate
    Messages.detail(
      device.id,
      "opened: \(hertz(rate)), \(channels(stream.outputChannelCount)), "
        + "input latency \(Self.milliseconds(stream.inputLatency)), "
        + "output latency \(Self.milliseconds(stream.outputLatency))")
    self.length = length?.seconds(at: rate)
    let limit = length?.frameCount(at: rate) ?? .max
    self.limit = limit
    monitor = Monitor(stream, device, policy: policy, reporting, channelCount: 0) {
      Self.summary(stream, limit)
    }
  }

  private static func open(_ agreement: DuplexAgreement, _ gain: Gain, _ length: FrameTime?)
    throws(DeviceFailure) -> RawAudioStream
  {
    let format = agreement.output.format
    let counts = (
      agreement.input.parameters.channelCount ?? 0, agreement.output.parameters.channelCount ?? 0
    )
    guard counts.0 == counts.1 else {
      throw DeviceFailure(
        .failure(
          "", "\(channels(counts.0)) in, \(counts.1) out; as many are needed, choose them with -c"))
    }
    let bytesPerFrame = counts.0 * format.byteCount
    let limit = length?.frameCount(at: agreement.options.sampleRate ?? 0) ?? .max
    do {
      return try RawAudioStream(
        input: format, output: format, inputParameters: agreement.input.parameters,
        outputParameters: agreement.output.parameters, options: agreement.options
      ) { input, output, info in
        let count = min(info.frameCount, limit - info.position)
        copy(input, to: &output, byteCount: count * bytesPerFrame, gain: gain, format)
        return info.position + info.frameCount >= limit ? .complete : .continue
      }
    } catch {
      throw DeviceFailure(error)
    }
  }

  /// Passes sound on until the length is reached or the program is asked to stop.
  public func run() throws(ToolError) {
    do throws(PortAudioError) { try stream.start() } catch { throw .running(error, device) }
    var failure: ToolError?
    do throws(ToolError) {
      try monitor.waitUntilFinished { () throws(ToolError) in
        try monitor.look(
          position: Double(stream.losses.output.delivered) / stream.sampleRate, length: length)
      }
    } catch { failure = error }
    let summary = Self.summary(stream, limit)
    if !stream.isLost {
      do throws(PortAudioError) { try stream.stop() } catch {
        failure = failure ?? .running(error, device)
      }
    }
    // The last block may reach beyond the length; what is beyond is silence.
    let beyond = max(0, stream.losses.output.delivered - limit)
    monitor.conclude(clippedCount: 0) { losses in
      losses.input.delivered -= beyond
      losses.input.discarded += beyond
      losses.output.delivered -= beyond
      losses.output.padding += beyond
    }
    if let failure, failure.kind == .reported { throw failure }
    Messages.note("", summary)
    if let failure { throw failure }
  }

  private static func summary(_ stream: RawAudioStream, _ limit: Int) -> String {
    let losses = stream.losses
    // The last block may reach beyond the length; what is beyond is silence.
    let frameCount = min(losses.output.delivered, limit)
    let load = (stream.cpuLoad * 1000).rounded() / 10
    return "\(counted(frameCount, "frame")), \(losses.input.lost) of input lost, "
      + "\(losses.output.lost) of output lost, CPU load \(load) %"
  }

  private static func milliseconds(_ seconds: Double) -> String {
    "\((seconds * 10_000).rounded() / 10) ms"
  }
}

/// On the audio thread.
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
