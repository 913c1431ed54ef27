public import PCM
internal import SoundDevice
internal import SoundFile
public import SoundTool

/// A device that frames are recorded from: what sd-rec stands on. One thread at a time.
public final class DeviceRecorder {
  /// What is to be recorded, and from where.
  public struct Request {
    /// Words for the device; nil for the default.
    public var device: String?
    /// The rate of the recording; nil for the device's own.
    public var rate: Double?
    /// Channels to record; nil for the map's, or the device's, at most 2.
    public var channelCount: Int?
    /// The device channels to record, in order.
    public var map: ChannelMap?
    /// The encoding of the recording, to keep its bits.
    public var encoding: SampleEncoding
    /// The gain.
    public var gain: Gain
    /// Whether TPDF dither is added where bits are lost.
    public var dither: Bool
    /// How much to record, lost frames included; nil until stopped.
    public var length: FrameTime?
    /// Whether silence takes the place of what was lost, and of pauses.
    public var fillsGaps: Bool
    /// Whether a rate the device cannot do is resampled.
    public var mayResample: Bool
    /// -L and -B.
    public var latency: LatencyOptions
    /// -b, --stall, --wait, --xrun.
    public var streaming: StreamingOptions

    /// A request for this.
    public init(
      device: String?, rate: Double?, channelCount: Int?, map: ChannelMap?,
      encoding: SampleEncoding, gain: Gain, dither: Bool, length: FrameTime?, fillsGaps: Bool,
      mayResample: Bool, latency: LatencyOptions, streaming: StreamingOptions
    ) {
      self.device = device
      self.rate = rate
      self.channelCount = channelCount
      self.map = map
      self.encoding = encoding
      self.gain = gain
      self.dither = dither
      self.length = length
      self.fillsGaps = fillsGaps
      self.mayResample = mayResample
      self.latency = latency
      self.streaming = streaming
    }
  }

  /// What the recording is, but for its container.
  public let format: StreamFormat

  private let request: Request
  private let stream: PipedStream
  private let device: Device
  private let holder: StreamHolder
  private let isLow: Bool
  private let silentBlock: [UInt8]
  private let deviceFormat: StreamFormat
  private var watch: LossWatch
  /// Frames of the device's time that belong to the recording; nil without an end.
  private var remaining: Int?
  /// Frames of the recording still to be written; nil without an end.
  private var unwritten: Int?
  private var meter: LevelMeter?
  /// Frames that the sink no longer took after the stop.
  private var refusedCount = 0

  /// Finds the device, agrees with it and opens it.
  public init(_ request: Request) throws(ToolError) {
    self.request = request
    let policy = try request.streaming.xrunPolicy()
    let latency = try request.latency.latency(.input)
    let blockSize = try request.streaming.blockSizeOrEnvironment()
    let isLow = latency == .low
    self.isLow = isLow
    let buffer =
      try request.latency.bufferOrEnvironment() ?? (isLow ? .seconds(0.1) : .seconds(10))
    (stream, device) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      try Self.open(request, latency: latency, blockSize: blockSize, buffer: buffer)
    }
    Negotiation.tell(stream, device, .input)
    let rate = stream.sampleRate
    deviceFormat = StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: rate,
      channelCount: stream.inputChannelCount)
    format = StreamFormat(
      encoding: request.encoding, rate: request.rate ?? rate,
      channelCount: stream.inputChannelCount)
    silentBlock = Self.silence(deviceFormat)
    unwritten = request.length?.frameCount(at: format.rate)
    let scale = rate / format.rate
    remaining = unwritten.map { Int((Double($0) * scale).rounded(.up)) }
    watch = LossWatch(policy: policy, rate: rate)
    let stream = stream
    holder = StreamHolder(stream, device) {
      let counts = stream.losses.input
      let seconds = (Double(counts.delivered) / rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames recorded (\(seconds) s), \(counts.dropped) dropped, "
        + "\(counts.lost) lost"
    }
  }

  private static func open(
    _ request: Request, latency: SoundTool.Latency, blockSize: Int?, buffer: FrameTime
  ) throws(DeviceFailure) -> (PipedStream, Device) {
    let device = try Negotiation.device(request.device, .input)
    let most = device.maxInputChannelCount
    let count = request.map?.count ?? request.channelCount ?? min(2, most)
    let highest = request.map?.highest ?? count
    guard highest <= most else {
      throw DeviceFailure(.failure(device.id, "has \(channels(most)), not \(highest)"))
    }
    var parameters = StreamParameters(
      device: device, channelCount: count, channelMap: request.map)
    let computes = !request.gain.isUnity
    let wanted = computes ? .float32 : Negotiation.sampleFormat(for: request.encoding)
    let format = try Negotiation.hostFormat(for: wanted, device)
    let rate = try Negotiation.rate(
      request.rate, device, .input, parameters, format, mayResample: request.mayResample)
    parameters.latency = latency.library(at: rate)
    let options = StreamOptions(
      sampleRate: rate, blockSize: blockSize, clipOff: true, ditherOff: true,
      bufferFrameCount: Negotiation.bufferFrameCount(
        buffer, rate: rate, frameByteCount: format.byteCount * count))
    do {
      return (try PipedStream(input: (parameters, format), output: nil, options: options), device)
    } catch {
      throw DeviceFailure(error)
    }
  }

  private static func silence(_ format: StreamFormat) -> [UInt8] {
    [UInt8](repeating: format.encoding.silentByte, count: 4096 * format.frameByteCount)
  }

  // MARK: Recording

  /// Records into `sink` until the length is reached or the program is asked to stop, and
  /// completes it, whatever happens.
  public func record(into sink: AudioSink, line: ProgressLine?) throws(ToolError) {
    let pipeline = try PushPipeline(
      from: deviceFormat, to: sink.format, gain: request.gain, dither: request.dither)
    if isLow, let period = request.streaming.blockSize ?? Optional(256) {
      PipeWriter.shrinkPipe(
        StandardStreams.output, blockByteCount: period * sink.format.frameByteCount)
    }
    meter = line.map { _ in LevelMeter(channelCount: format.channelCount) }
    var failure: ToolError?
    do throws(ToolError) {
      try calling { () throws(PortAudioError) in try stream.start() }
      try copy(through: pipeline, to: sink, line)
    } catch { failure = error }
    failure = finish(pipeline, sink, failure)
    conclude(pipeline)
    if let failure { throw failure }
  }

  /// Stops, writes what is still in the ring, completes the sink. The first failure counts.
  private func finish(_ pipeline: PushPipeline, _ sink: AudioSink, _ failure: ToolError?)
    -> ToolError?
  {
    var failure = failure
    func attempt(_ body: () throws(ToolError) -> Void) {
      do throws(ToolError) { try body() } catch { failure = failure ?? error }
    }
    if !stream.isLost {
      attempt { () throws(ToolError) in
        try calling { () throws(PortAudioError) in try stream.abort() }
      }
    }
    // A pipe that broke takes nothing more.
    if failure?.kind != .brokenPipe {
      if remaining.map({ $0 > 0 }) ?? true {
        attempt { () throws(ToolError) in try copyRest(through: pipeline, to: sink) }
      }
      attempt { () throws(ToolError) in
        try pipeline.finish { frames throws(ToolError) in try write(frames, to: sink) }
      }
    }
    attempt { () throws(ToolError) in try sink.close() }
    // The stop itself is how a recording without a length is meant to end.
    return failure
  }

  private func copy(
    through pipeline: PushPipeline, to sink: AudioSink, _ line: ProgressLine?
  ) throws(ToolError) {
    var block = [UInt8](repeating: 0, count: 16384 * deviceFormat.frameByteCount)
    while remaining.map({ $0 > 0 }) ?? true {
      let count = try calling { () throws(PortAudioError) in
        var target = block.mutableSpan
        var bytes = unsafe target.mutableBytes
        return try stream.read(into: &bytes, interrupted: isStopping)
      }
      let bytes = unsafe block.span.bytes
      try deliver(bytes, count: count, through: pipeline, to: sink)
      try SignalCenter.shared.checkStop()
      line?.update {
        defer { meter?.reset() }
        return ProgressLine.Status(
          position: Double(sink.frameCount) / format.rate,
          length: request.length.map { $0.seconds(at: format.rate) },
          levels: meter?.decibels ?? [], remark: watch.total(stream.losses) ?? "")
      }
    }
  }

  /// After the stop: what the ring still holds, without waiting for more.
  private func copyRest(through pipeline: PushPipeline, to sink: AudioSink) throws(ToolError) {
    var block = [UInt8](repeating: 0, count: 16384 * deviceFormat.frameByteCount)
    while stream.readAvailable > 0, remaining.map({ $0 > 0 }) ?? true {
      let count = try calling { () throws(PortAudioError) in
        var target = block.mutableSpan
        var bytes = unsafe target.mutableBytes
        return try stream.read(into: &bytes, interrupted: { true })
      }
      let bytes = unsafe block.span.bytes
      try deliver(bytes, count: count, through: pipeline, to: sink)
    }
    try deliver(unsafe block.span.bytes, count: 0, through: pipeline, to: sink)
  }

  /// Passes on `count` frames that were just read, with the gaps that lie among them.
  private func deliver(
    _ bytes: RawSpan, count: Int, through pipeline: PushPipeline, to sink: AudioSink
  ) throws(ToolError) {
    let width = deviceFormat.frameByteCount
    let first = stream.readFrameCount - count
    var done = 0
    func pass(upTo end: Int) throws(ToolError) {
      let end = min(max(end, done), count)
      let frameCount = min(end - done, remaining ?? .max)
      if frameCount > 0 {
        let frames = bytes.extracting(done * width..<(done + frameCount) * width)
        try pipeline.push(frames) { frames throws(ToolError) in try write(frames, to: sink) }
        remaining = remaining.map { $0 - frameCount }
      }
      done = end
    }
    try watch.check(stream) { gap throws(ToolError) in
      try pass(upTo: gap.position - first)
      try skip(gap.frameCount, through: pipeline, to: sink)
    }
    let paused = try holder.takePausedSeconds()
    if paused > 0 {
      watch.notePause(seconds: paused)
      if request.fillsGaps {
        try fill(Int((paused * deviceFormat.rate).rounded()), through: pipeline, to: sink)
      }
    }
    try pass(upTo: count)
  }

  /// Frames that are missing: they count as time, and are replaced by silence if asked for.
  private func skip(
    _ frameCount: Int, through pipeline: PushPipeline, to sink: AudioSink
  ) throws(ToolError) {
    let frameCount = min(frameCount, remaining ?? .max)
    if request.fillsGaps {
      try fill(frameCount, through: pipeline, to: sink)
    } else {
      unwritten = unwritten.map { $0 - Int(Double(frameCount) * format.rate / deviceFormat.rate) }
    }
    remaining = remaining.map { $0 - frameCount }
  }

  private func fill(
    _ frameCount: Int, through pipeline: PushPipeline, to sink: AudioSink
  ) throws(ToolError) {
    let width = deviceFormat.frameByteCount
    let silence = silentBlock
    var left = frameCount
    while left > 0 {
      let count = min(left, silence.count / width)
      let frames = unsafe silence.span.bytes.extracting(0..<count * width)
      try pipeline.push(frames) { frames throws(ToolError) in try write(frames, to: sink) }
      left -= count
    }
  }

  private func write(_ frames: RawSpan, to sink: AudioSink) throws(ToolError) {
    let width = sink.format.frameByteCount
    let count = min(frames.byteCount / width, max(0, unwritten ?? .max))
    guard count > 0 else { return }
    let frames = frames.extracting(0..<count * width)
    meter?.update(frames, encoding: sink.format.encoding)
    do throws(ToolError) { try sink.write(frames) } catch {
      if error.kind == .stopped { refusedCount += count }
      throw error
    }
    unwritten = unwritten.map { $0 - count }
  }

  private func conclude(_ pipeline: PushPipeline) {
    if pipeline.clippedCount > 0 {
      Messages.note("", "\(counted(pipeline.clippedCount, "sample")) clipped")
    }
    var losses = stream.losses
    if remaining == nil, SignalCenter.shared.isStopping {
      let left = refusedCount + stream.readAvailable
      losses.input.dropped += left
      losses.input.delivered -= left
    }
    watch.conclude(losses)
  }

  private func calling<Value>(_ body: () throws(PortAudioError) -> Value) throws(ToolError)
    -> Value
  {
    do throws(PortAudioError) { return try body() } catch { throw .running(error, device) }
  }
}
