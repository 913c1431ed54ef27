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
    /// The device channel for each data channel.
    public var map: ChannelMap?
    /// The encoding of the data, to keep its bits.
    public var encoding: SampleEncoding
    /// Whether samples change on the way (gain), and so become floating point.
    public var computes: Bool
    /// Whether another rate than the device's may be resampled.
    public var mayResample: Bool
    /// -L and -B.
    public var latency: LatencyOptions
    /// -b, --stall, --wait, --xrun.
    public var streaming: StreamingOptions

    /// A request for this.
    public init(
      device: String?, rate: Double, channelCount: Int, spreadsMono: Bool, map: ChannelMap?,
      encoding: SampleEncoding, computes: Bool, mayResample: Bool, latency: LatencyOptions,
      streaming: StreamingOptions
    ) {
      self.device = device
      self.rate = rate
      self.channelCount = channelCount
      self.spreadsMono = spreadsMono
      self.map = map
      self.encoding = encoding
      self.computes = computes
      self.mayResample = mayResample
      self.latency = latency
      self.streaming = streaming
    }
  }

  /// What ``play(_:isLive:line:)`` takes: the device's own format, so that the audio thread only
  /// copies.
  public let format: StreamFormat

  private let stream: PipedStream
  private let device: Device
  private let holder: StreamHolder
  private let isLow: Bool
  private var watch: LossWatch

  /// Finds the device, agrees with it and opens it.
  public init(_ request: Request) throws(ToolError) {
    let policy = try request.streaming.xrunPolicy()
    let latency = try request.latency.latency(.output)
    let blockSize = try request.streaming.blockSizeOrEnvironment()
    let buffer = try request.latency.bufferOrEnvironment() ?? .seconds(1)
    isLow = latency == .low
    (stream, device) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      try Self.open(request, latency: latency, blockSize: blockSize, buffer: buffer)
    }
    Negotiation.tell(stream, device, .output)
    format = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: stream.sampleRate,
      channelCount: stream.outputChannelCount)
    watch = LossWatch(policy: policy, rate: stream.sampleRate)
    let (stream, rate) = (stream, stream.sampleRate)
    holder = StreamHolder(stream, device) {
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
        buffer, rate: rate, frameByteCount: format.byteCount * request.channelCount))
    do {
      return (try PipedStream(input: nil, output: (parameters, format), options: options), device)
    } catch {
      throw DeviceFailure(error)
    }
  }

  private static func parameters(_ request: Request, _ device: Device) throws(DeviceFailure)
    -> StreamParameters
  {
    var parameters = StreamParameters(device: device, channelCount: request.channelCount)
    let most = device.maxOutputChannelCount
    if let map = request.map {
      parameters.channelMap = map
    } else if request.spreadsMono, request.channelCount == 1, most >= 2 {
      parameters.channelMap = .straight(2)
    }
    let highest = parameters.channelMap?.highest ?? request.channelCount
    guard highest <= most else {
      throw DeviceFailure(
        .failure(
          device.id,
          "has \(channels(most)), not \(highest) (sd-cat -m 1,2 … | sd-play plays two of them)"))
    }
    return parameters
  }

  /// Plays all that the pipeline gives, to its last frame.
  ///
  /// - Parameter isLive: Whether the data comes as it is made: then it is not waited for a full
  ///   ring before the first frame plays.
  public func play(_ pipeline: FramePipeline, isLive: Bool, line: ProgressLine?) throws(ToolError) {
    precondition(pipeline.format == format, "the pipeline gives what the device takes")
    do {
      if isLive {
        try calling { () throws(PortAudioError) in try stream.start() }
      }
      try feed(pipeline, isStarted: isLive, line)
      try drain(pipeline, line)
    } catch {
      // What stops playing says more than a failure to stop in order would.
      try? stream.abort()
      conclude(pipeline)
      throw error
    }
    try calling { () throws(PortAudioError) in
      try stream.stop()
      try stream.close()
    }
    conclude(pipeline)
  }

  private func feed(_ pipeline: FramePipeline, isStarted: Bool, _ line: ProgressLine?)
    throws(ToolError)
  {
    var isStarted = isStarted
    let capacity = max(1, (1 << 16) / format.frameByteCount)
    var block = [UInt8](repeating: 0, count: capacity * format.frameByteCount)
    var meter = line.map { _ in LevelMeter(channelCount: format.channelCount) }
    while true {
      try SignalCenter.shared.checkStop()
      var target = block.mutableSpan
      var bytes = unsafe target.mutableBytes
      let count = try pipeline.read(into: &bytes)
      if count == 0 || !isStarted && stream.writeAvailable < count {
        if !isStarted { try calling { () throws(PortAudioError) in try stream.start() } }
        isStarted = true
      }
      guard count > 0 else { return }
      let frames = unsafe block.span.bytes.extracting(0..<count * format.frameByteCount)
      meter?.update(frames, encoding: format.encoding)
      let written = try calling { () throws(PortAudioError) in
        isStarted
          ? try stream.write(frames, interrupted: isStopping)
          : try stream.prefill(frames)
      }
      if written < count { try SignalCenter.shared.checkStop() }
      try look(pipeline, line, &meter)
    }
  }

  private func drain(_ pipeline: FramePipeline, _ line: ProgressLine?) throws(ToolError) {
    stream.endOutput()
    var meter: LevelMeter?
    try holder.waitUntilFinished { () throws(ToolError) in try look(pipeline, line, &meter) }
  }

  private func look(_ pipeline: FramePipeline, _ line: ProgressLine?, _ meter: inout LevelMeter?)
    throws(ToolError)
  {
    watch.notePause(seconds: try holder.takePausedSeconds())
    try watch.check(stream)
    line?.update {
      defer { meter?.reset() }
      return ProgressLine.Status(
        position: Double(stream.losses.output.delivered) / format.rate,
        length: pipeline.frameCount.map { Double($0) / format.rate },
        levels: meter?.decibels ?? [], remark: watch.total(stream.losses) ?? "")
    }
  }

  private func conclude(_ pipeline: FramePipeline) {
    if pipeline.clippedCount > 0 {
      Messages.note("", "\(counted(pipeline.clippedCount, "sample")) clipped")
    }
    watch.conclude(stream.losses)
  }

  private func calling<Value>(_ body: () throws(PortAudioError) -> Value) throws(ToolError)
    -> Value
  {
    do throws(PortAudioError) { return try body() } catch { throw .running(error, device) }
  }
}
