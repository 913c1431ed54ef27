internal import PCM
internal import SoundDevice
internal import SoundFile
public import SoundTool

/// A device that frames are recorded from: what sd-rec stands on. One thread at a time.
public final class DeviceRecorder {
  /// What the recording is, but for its container.
  public let format: StreamFormat

  private let request: Request
  private let stream: PipedStream
  private let device: Device
  private let monitor: Monitor
  private let isLow: Bool
  private let silentBlock: [UInt8]
  private let deviceFormat: StreamFormat
  /// Frames of the device's time that belong to the recording; nil without an end.
  private var remaining: Int?
  /// Frames of the recording still to be written; nil without an end.
  private var unwritten: Int?
  private var backlog = LatencyTrimmer()
  /// Frames of the device's that reached the sink.
  private var takenCount = 0
  private var hasSinkFailed = false
  /// Frames missing from what was asked for; what was lost after that is nobody's loss.
  private var missing = (dropped: 0, lost: 0)

  /// Finds the device, agrees with it and opens it.
  public init(_ request: Request, _ reporting: Reporting) throws(ToolError) {
    self.request = request
    let policy = try request.streaming.xrunPolicy()
    let latency = try request.latency.latency(.input)
    let blockSize = try request.streaming.blockSizeOrEnvironment()
    let isLow = latency == .low
    self.isLow = isLow
    let buffer =
      try request.buffer.bufferOrEnvironment() ?? (isLow ? .seconds(0.1) : .seconds(10))
    (stream, device) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      try request.open(latency: latency, blockSize: blockSize, buffer: buffer)
    }
    Negotiation.report(stream, device, .input)
    let rate = stream.sampleRate
    deviceFormat = StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: rate,
      channelCount: stream.inputChannelCount)
    let spreads = request.spreadsMono && request.map == nil && stream.inputChannelCount == 1
    format = StreamFormat(
      encoding: request.encoding, rate: request.rate ?? rate,
      channelCount: (spreads ? request.channelCount : nil) ?? stream.inputChannelCount)
    silentBlock = Self.silence(deviceFormat)
    unwritten = request.length?.frameCount(at: format.rate)
    let scale = rate / format.rate
    remaining = unwritten.map { Int((Double($0) * scale).rounded(.up)) }
    let stream = stream
    monitor = Monitor(stream, device, policy: policy, reporting, channelCount: format.channelCount)
    {
      let counts = stream.losses.input
      let seconds = (Double(counts.delivered) / rate * 1000).rounded() / 1000
      return "\(counts.delivered) frames recorded (\(seconds) s), \(counts.dropped) dropped, "
        + "\(counts.lost) lost"
    }
  }

  private static func silence(_ format: StreamFormat) -> [UInt8] {
    [UInt8](repeating: format.encoding.silentByte, count: 4096 * format.bytesPerFrame)
  }

  // MARK: Recording

  /// Records into `sink` until the length is reached, the program is asked to stop or `isOver`
  /// says so, and completes it, whatever happens.
  public func record(
    into sink: some FrameSink, until isOver: (@Sendable () -> Bool)? = nil
  ) throws(ToolError) {
    let pipeline = try PushPipeline(
      from: deviceFormat, to: sink.format, gain: request.gain, dither: request.dither)
    var failure: ToolError?
    do throws(ToolError) {
      try calling { () throws(PortAudioError) in try stream.start() }
      try copy(through: pipeline, to: sink, isOver ?? { false })
    } catch { failure = error }
    failure = finish(pipeline, sink, failure)
    let (early, late) = backlog.skipped
    let untaken = stream.losses.input.delivered - takenCount - early - late
    if early > 0 { Messages.detail("", "began \(counted(early, "frame")) late, to be in time") }
    // Beyond the length nobody wanted them; otherwise nobody could take them any more.
    let isUnwanted = isComplete && !hasSinkFailed
    monitor.conclude(clippedCount: pipeline.clippedCount, after: failure) {
      $0.input.delivered = takenCount
      $0.input.discarded += early
      $0.input.dropped += late
      guard isUnwanted else {
        $0.input.dropped += untaken
        return
      }
      $0.input.discarded += untaken + $0.input.dropped - missing.dropped
      ($0.input.dropped, $0.input.lost) = missing
    }
    if let failure { throw failure }
  }

  /// Wakes the recording to ask `isOver` again. Any thread.
  public var wakeUp: @Sendable () -> Void {
    let session = stream.session
    return { session.wake() }
  }

  /// Stops, writes what is still in the ring, completes the sink. The first failure counts.
  private func finish(
    _ pipeline: PushPipeline, _ sink: some FrameSink, _ failure: ToolError?
  ) -> ToolError? {
    var failure = failure
    func attempt(_ body: () throws(ToolError) -> Void) {
      do throws(ToolError) { try body() } catch { failure = failure ?? error }
    }
    monitor.endsAtLoss = false
    attempt { () throws(ToolError) in try reportDropped(atEnd: true) }
    if !stream.isLost {
      attempt { () throws(ToolError) in
        try calling { () throws(PortAudioError) in try stream.abort() }
      }
    }
    // What failed to take a frame gets none of those behind it.
    if !hasSinkFailed {
      if !isComplete {
        attempt { () throws(ToolError) in try copyRest(through: pipeline, to: sink) }
      }
      attempt { () throws(ToolError) in
        try pipeline.finish { frames throws(ToolError) in try write(frames, to: sink) }
      }
    }
    attempt { () throws(ToolError) in try sink.close() }
    return failure
  }

  private var isComplete: Bool { remaining.map { $0 <= 0 } ?? false }

  private func copy(
    through pipeline: PushPipeline, to sink: some FrameSink,
    _ isOver: @escaping @Sendable () -> Bool
  ) throws(ToolError) {
    var block = [UInt8](repeating: 0, count: 16384 * deviceFormat.bytesPerFrame)
    let interrupted = { isStopping() || isOver() }
    prepareLowLatency(sink)
    var isShrunk = !isLow || !sink.isStream
    while !isComplete, !isOver() {
      let count = try read(into: &block, interrupted: interrupted)
      if !isShrunk {
        isShrunk = true
        PipeWriter.shrinkPipe(
          StandardStreams.output,
          blockByteCount: period * sink.format.bytesPerFrame)
      }
      let excess = excess(of: count, sink)
      let bytes = unsafe block.span.bytes.extracting((excess * deviceFormat.bytesPerFrame)...)
      try deliver(bytes, count: count - excess, through: pipeline, to: sink)
      try reportDropped()
      try SignalCenter.shared.checkStop()
    }
  }

  /// With low latency nothing waits in the pipe for no good; says how many of `count` frames are
  /// passed over.
  private func excess(of count: Int, _ sink: some FrameSink) -> Int {
    // Silence in place of what is passed over would be as late.
    guard isLow, sink.isStream, !request.fillsGaps || !backlog.isSettled else { return 0 }
    let excess = backlog.skip(
      of: min(count, remaining ?? .max), at: stream.readFrameCount - count,
      waiting: {
        PipeWriter.unreadByteCount(StandardStreams.output) / sink.format.bytesPerFrame
          + stream.readAvailable
      }, blockFrameCount: period)
    monitor.skipped = backlog.skipped.early + backlog.skipped.late
    if backlog.isSettled {
      missing.dropped += excess
      remaining = remaining.map { $0 - excess }
      shorten(by: excess)
    }
    return excess
  }

  private func reportDropped(atEnd: Bool = false) throws(ToolError) {
    if let gap = backlog.takeDropped(atEnd: atEnd) { try monitor.report(gap) }
  }

  private func prepareLowLatency(_ sink: some FrameSink) {
    guard isLow, sink.isStream else { return }
    if !SoundSystem.makeThreadRealtime() {
      Messages.detail("", "no real-time priority for the thread that writes")
    }
  }

  private var period: Int { stream.periodFrameCount }

  /// After the stop: what the ring still holds, without waiting for more.
  private func copyRest(through pipeline: PushPipeline, to sink: some FrameSink) throws(ToolError) {
    var block = [UInt8](repeating: 0, count: 16384 * deviceFormat.bytesPerFrame)
    while stream.readAvailable > 0, !isComplete {
      let count = try read(into: &block) { true }
      try deliver(unsafe block.span.bytes, count: count, through: pipeline, to: sink)
    }
    // The last gap may lie behind the last frame.
    try deliver(unsafe block.span.bytes, count: 0, through: pipeline, to: sink)
  }

  private func read(into block: inout [UInt8], interrupted: () -> Bool) throws(ToolError) -> Int {
    do throws(PortAudioError) {
      var target = block.mutableSpan
      var bytes = unsafe target.mutableBytes
      // With low latency block by block, so that what waits is seen.
      let most = isLow && period > 0 ? period * deviceFormat.bytesPerFrame : bytes.byteCount
      var part = bytes._mutatingExtracting(..<min(most, bytes.byteCount))
      return try stream.read(into: &part, interrupted: interrupted)
    } catch {
      throw .running(error, device)
    }
  }

  /// Passes on `count` frames that were just read, with the gaps that lie among them.
  private func deliver(
    _ bytes: RawSpan, count: Int, through pipeline: PushPipeline, to sink: some FrameSink
  ) throws(ToolError) {
    let width = deviceFormat.bytesPerFrame
    try monitor.handOn(
      count, upTo: stream.readFrameCount, position: Double(sink.frameCount) / format.rate,
      length: request.length?.seconds(at: format.rate)
    ) { range throws(ToolError) in
      let frameCount = min(range.count, remaining ?? .max)
      guard frameCount > 0 else { return }
      let start = range.lowerBound * width
      let frames = bytes.extracting(start..<start + frameCount * width)
      try take(frames, count: frameCount, through: pipeline, to: sink)
      remaining = remaining.map { $0 - frameCount }
    } gap: { gap throws(ToolError) in
      let wanted = min(gap.frameCount, remaining ?? .max)
      if gap.cause == .host { missing.lost += wanted } else { missing.dropped += wanted }
      try skip(wanted, through: pipeline, to: sink)
    } pause: { seconds throws(ToolError) in
      guard request.fillsGaps else { return }
      // Time that was paused is not counted by the length, so its silence comes on top.
      let silence = Int((seconds * deviceFormat.rate).rounded())
      unwritten = unwritten.map { $0 + Int(Double(silence) * format.rate / deviceFormat.rate) }
      try fill(silence, through: pipeline, to: sink)
    }
  }

  private func take(
    _ frames: RawSpan, count: Int, through pipeline: PushPipeline, to sink: some FrameSink
  ) throws(ToolError) {
    let before = sink.frameCount
    do throws(ToolError) {
      try pipeline.push(frames) { frames throws(ToolError) in try write(frames, to: sink) }
      takenCount += count
    } catch {
      if !pipeline.resamples { takenCount += sink.frameCount - before }
      throw error
    }
  }

  /// Frames that are missing: they count as time, and are replaced by silence if asked for.
  private func skip(
    _ frameCount: Int, through pipeline: PushPipeline, to sink: some FrameSink
  ) throws(ToolError) {
    if request.fillsGaps {
      try fill(frameCount, through: pipeline, to: sink)
    } else {
      shorten(by: frameCount)
    }
    remaining = remaining.map { $0 - frameCount }
  }

  /// So many frames of the device's count as time, though none of the recording's takes their place.
  private func shorten(by frameCount: Int) {
    unwritten = unwritten.map { $0 - Int(Double(frameCount) * format.rate / deviceFormat.rate) }
  }

  private func fill(
    _ frameCount: Int, through pipeline: PushPipeline, to sink: some FrameSink
  ) throws(ToolError) {
    let width = deviceFormat.bytesPerFrame
    let silence = silentBlock
    var left = frameCount
    while left > 0 {
      let count = min(left, silence.count / width)
      let frames = unsafe silence.span.bytes.extracting(0..<count * width)
      try pipeline.push(frames) { frames throws(ToolError) in try write(frames, to: sink) }
      left -= count
    }
  }

  private func write(_ frames: RawSpan, to sink: some FrameSink) throws(ToolError) {
    let width = sink.format.bytesPerFrame
    let count = min(frames.byteCount / width, max(0, unwritten ?? .max))
    guard count > 0 else { return }
    let frames = frames.extracting(0..<count * width)
    monitor.measure(frames, encoding: sink.format.encoding)
    do throws(ToolError) { try sink.write(frames) } catch {
      hasSinkFailed = true
      throw error
    }
    unwritten = unwritten.map { $0 - count }
  }

  private func calling<Value>(_ body: () throws(PortAudioError) -> Value) throws(ToolError)
    -> Value
  {
    do throws(PortAudioError) { return try body() } catch { throw .running(error, device) }
  }
}
