public import PCM
internal import SoundDevice
public import SoundTool

/// A device that frames are played on: what sd-play stands on. One thread at a time.
public final class DevicePlayer {
  /// What is to be played, and where.
  public struct Request {
    /// Words for the device; nil for the default.
    public var device: String?
    /// The rate of the data, or the one the device is to run at.
    public var rate: Double
    /// Channels of the data.
    public var channelCount: Int
    /// Whether one channel of data plays on the first two of the device.
    public var spreadsMono: Bool
    /// Whether more than two channels become two where the device has no more.
    public var mixesDown: Bool
    /// The device channel for each data channel.
    public var map: ChannelMap?
    /// The encoding of the data, to keep its bits.
    public var encoding: SampleEncoding
    /// Whether samples change on the way (gain), and so become floating point.
    public var computes: Bool
    /// Whether another rate than the device's may be resampled.
    public var mayResample: Bool
    /// -L.
    public var latency: LatencyOptions
    /// -B.
    public var buffer: BufferOptions
    /// -b, --stall, --wait, --xrun.
    public var streaming: StreamingOptions

    /// A request for this.
    public init(
      device: String?, rate: Double, channelCount: Int, spreadsMono: Bool, mixesDown: Bool,
      map: ChannelMap?, encoding: SampleEncoding, computes: Bool, mayResample: Bool,
      latency: LatencyOptions,
      buffer: BufferOptions, streaming: StreamingOptions
    ) {
      self.device = device
      self.rate = rate
      self.channelCount = channelCount
      self.spreadsMono = spreadsMono
      self.mixesDown = mixesDown
      self.map = map
      self.encoding = encoding
      self.computes = computes
      self.mayResample = mayResample
      self.latency = latency
      self.buffer = buffer
      self.streaming = streaming
    }
  }

  /// What ``play(_:isLive:)`` takes: the device's own format, so that the audio thread only
  /// copies.
  public let format: StreamFormat

  private let stream: PipedStream
  private let device: Device
  private let monitor: Monitor
  private let isLow: Bool

  /// Finds the device, agrees with it and opens it.
  public init(_ request: Request, _ reporting: Reporting) throws(ToolError) {
    let policy = try request.streaming.xrunPolicy()
    let latency = try request.latency.latency(.output)
    let blockSize = try request.streaming.blockSizeOrEnvironment()
    let buffer = try request.buffer.bufferOrEnvironment() ?? .seconds(1)
    isLow = latency == .low
    (stream, device) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      try Self.open(request, latency: latency, blockSize: blockSize, buffer: buffer)
    }
    Negotiation.report(stream, device, .output)
    format = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: stream.sampleRate,
      channelCount: stream.outputChannelCount)
    let (stream, rate) = (stream, stream.sampleRate)
    monitor = Monitor(
      stream, device, policy: policy, reporting, channelCount: stream.outputChannelCount
    ) {
      let counts = stream.losses.output
      let seconds = (Double(counts.delivered) / rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames played (\(seconds) s), \(counts.inserted) inserted, "
        + "\(counts.lost) lost"
    }
  }

  private static func open(
    _ request: Request, latency: SoundTool.Latency, blockSize: Int?, buffer: FrameTime
  ) throws(DeviceFailure) -> (PipedStream, Device) {
    let device = try Negotiation.device(request.device, .output)
    var parameters = try parameters(request, device)
    let wanted = request.computes ? .float32 : Negotiation.sampleFormat(for: request.encoding)
    let format = try Negotiation.hostFormat(for: wanted, device)
    let rate = try Negotiation.rate(
      request.rate, device, .output, parameters, format, mayResample: request.mayResample)
    parameters.latency = latency.library(at: rate)
    let options = StreamOptions(
      sampleRate: rate, blockSize: blockSize, clipOff: true, ditherOff: true,
      bufferFrameCount: Negotiation.bufferFrameCount(
        buffer, rate: rate, bytesPerFrame: format.byteCount * request.channelCount))
    do {
      return (try PipedStream(input: nil, output: (parameters, format), options: options), device)
    } catch {
      throw DeviceFailure(error)
    }
  }

  private static func parameters(_ request: Request, _ device: Device) throws(DeviceFailure)
    -> StreamParameters
  {
    let most = device.maxOutputChannelCount
    let mixes = request.mixesDown && request.channelCount > most && most >= 2
    let channelCount = mixes ? 2 : request.channelCount
    var parameters = StreamParameters(device: device, channelCount: channelCount)
    if let map = request.map {
      parameters.channelMap = map
    } else if request.spreadsMono, request.channelCount == 1, most >= 2 {
      parameters.channelMap = .straight(2)
    }
    if let map = request.map, map.count != request.channelCount, request.channelCount != 1 {
      throw DeviceFailure(
        .failure("-m \(map)", "names \(channels(map.count)), there are \(request.channelCount)"))
    }
    let highest = parameters.channelMap?.highest ?? channelCount
    guard highest <= most else {
      let remedy = request.map == nil ? "; choose with sd-cat -m 1,2 … | sd-play" : ""
      throw DeviceFailure(
        .failure(device.id, "has \(channels(most)), not \(highest)\(remedy)"))
    }
    return parameters
  }

  /// Plays all that the pipeline gives, to its last frame.
  ///
  /// - Parameter isLive: Whether the data comes as it is made: then it is not waited for a full
  ///   ring before the first frame plays.
  public func play(_ pipeline: FramePipeline, isLive: Bool) throws(ToolError) {
    precondition(pipeline.format == format, "the pipeline gives what the device takes")
    do {
      if isLive {
        if isLow, !SoundSystem.makeThreadRealtime() {
          Messages.detail("", "no real-time priority for the thread that reads")
        }
        try calling { () throws(PortAudioError) in try stream.start() }
      }
      try feed(pipeline, isStarted: isLive)
      try monitor.waitUntilFinished { () throws(ToolError) in try look(pipeline) }
    } catch {
      // What stops playing says more than a failure to stop in order would.
      try? stream.abort()
      monitor.conclude(clippedCount: pipeline.clippedCount)
      throw error
    }
    try calling { () throws(PortAudioError) in
      try stream.stop()
      try stream.close()
    }
    monitor.conclude(clippedCount: pipeline.clippedCount)
  }

  private func feed(_ pipeline: FramePipeline, isStarted: Bool) throws(ToolError) {
    var isStarted = isStarted
    var isShrunk = !isLow
    let capacity = max(1, (1 << 16) / format.bytesPerFrame)
    var block = [UInt8](repeating: 0, count: capacity * format.bytesPerFrame)
    while true {
      try SignalCenter.shared.checkStop()
      if isLow, isStarted {
        // What is not wanted yet stays in the pipe, where the recorder sees it.
        stream.waitUntilQueued(atMost: stream.prebufferFrameCount, interrupted: isStopping)
      }
      if isStarted { try awaitInput(pipeline) }
      let room = isLow && isStarted ? max(1, min(capacity, period)) : capacity
      var target = block.mutableSpan
      var bytes = unsafe target.mutableBytes
      var part = bytes._mutatingExtracting(..<(room * format.bytesPerFrame))
      let count = try pipeline.read(into: &part)
      // A sound that is in the ring as a whole has ended before it begins, so that no callback
      // takes its end for a writer that is late.
      if count == 0 { stream.endOutput() }
      if count == 0 || !isStarted && stream.writeAvailable < count {
        if !isStarted { try calling { () throws(PortAudioError) in try stream.start() } }
        isStarted = true
      }
      guard count > 0 else { return }
      let frames = unsafe block.span.bytes.extracting(0..<count * format.bytesPerFrame)
      monitor.measure(frames, encoding: format.encoding)
      let written = try calling { () throws(PortAudioError) in
        isStarted
          ? try stream.write(frames, interrupted: isStopping)
          : try stream.prefill(frames)
      }
      if written < count { try SignalCenter.shared.checkStop() }
      if !isShrunk, stream.periodFrameCount > 0 {
        isShrunk = true
        shrinkPipe(pipeline)
      }
      try look(pipeline)
    }
  }

  /// Waits for a writer that has nothing to say, watching the device meanwhile.
  private func awaitInput(_ pipeline: FramePipeline) throws(ToolError) {
    while let source = pipeline.current, !source.isReady(withinMilliseconds: 100) {
      try SignalCenter.shared.checkStop()
      try monitor.checkDevice()
      try look(pipeline)
    }
  }

  /// A pipe before a player of low latency holds no more than two blocks.
  private func shrinkPipe(_ pipeline: FramePipeline) {
    guard let source = pipeline.current, source.name == "stdin" else { return }
    PipeWriter.shrinkPipe(
      0, blockByteCount: stream.periodFrameCount * source.format.bytesPerFrame)
  }

  private var period: Int { stream.periodFrameCount == 0 ? 256 : stream.periodFrameCount }

  private func look(_ pipeline: FramePipeline) throws(ToolError) {
    try monitor.look(
      position: Double(stream.losses.output.delivered) / format.rate,
      length: pipeline.frameCount.map { Double($0) / format.rate })
  }

  private func calling<Value>(_ body: () throws(PortAudioError) -> Value) throws(ToolError)
    -> Value
  {
    do throws(PortAudioError) { return try body() } catch { throw .running(error, device) }
  }
}
