public import PCM
internal import Platform
internal import SoundDevice
public import SoundTool
internal import Synchronization

/// A device that plays and records at once, frame for frame: what sd-playrec stands on.
///
/// Frame n of the recording was captured while frame n was played, and there are as many. The main
/// thread records; another one feeds what is played.
public final class DuplexRecorder {
  /// The round trip to be taken off the recording's beginning.
  public enum Compensation: Hashable, Sendable {
    /// What the host says input and output latency add up to.
    case automatic
    /// So many frames.
    case frames(Int)
  }

  /// What the pipeline is to give: the device's own format.
  public let playedFormat: StreamFormat
  /// What is recorded, in the device's own format.
  public let recordedFormat: StreamFormat

  private let stream: PipedStream
  private let device: Device
  private let monitor: Monitor
  private let compensation: Int
  private let tail: Int
  /// Frames still to be dropped from the beginning.
  private var undropped: Int
  /// Frames of the device's that reached the sink, and those that were dropped at the beginning.
  private var takenCount = 0
  private var compensatedCount = 0
  private var hasSinkFailed = false
  private let feeding = Feeding()

  /// Finds the devices, agrees with them and opens them.
  ///
  /// - Parameter tail: How much is recorded after the last frame has been played.
  public init(
    _ request: DuplexRequest, compensation: Compensation?, tail: FrameTime, _ reporting: Reporting
  ) throws(ToolError) {
    let policy = try request.streaming.xrunPolicy()
    let (stream, agreement) = try DeviceFailure.retrying(seconds: request.streaming.waitSeconds) {
      () throws(DeviceFailure) in
      let agreement = try DuplexAgreement(request)
      return (try agreement.open(), agreement)
    }
    self.stream = stream
    device = agreement.outputDevice
    Negotiation.report(stream, agreement.inputDevice, .input)
    Negotiation.report(stream, agreement.outputDevice, .output)
    let rate = stream.sampleRate
    playedFormat = StreamFormat(
      encoding: SampleEncoding(stream.outputFormat), rate: rate,
      channelCount: stream.outputChannelCount)
    recordedFormat = StreamFormat(
      encoding: SampleEncoding(stream.inputFormat), rate: rate,
      channelCount: stream.inputChannelCount)
    switch compensation {
    case nil: self.compensation = 0
    case .frames(let count): self.compensation = count
    case .automatic:
      self.compensation = Int(((stream.inputLatency + stream.outputLatency) * rate).rounded())
      Messages.detail("", "round trip of \(counted(self.compensation, "frame")) compensated")
    }
    undropped = self.compensation
    self.tail = tail.frameCount(at: rate)
    monitor = Monitor(
      stream, device, policy: policy, reporting, channelCount: recordedFormat.channelCount,
      isAligned: true
    ) {
      let losses = stream.losses
      return "\(losses.output.delivered) frames played, \(losses.input.delivered) recorded, "
        + "\(losses.input.dropped + losses.input.lost) lost"
    }
  }

  /// Plays all that the pipeline gives and records into `sink`, which is completed whatever happens.
  public func run(
    _ pipeline: FramePipeline, dither: Bool, into sink: AudioSink
  ) throws(ToolError) {
    let length = pipeline.frameCount.map { Double($0 + tail) / recordedFormat.rate }
    let recording = try PushPipeline(from: recordedFormat, to: sink.format, dither: dither)
    var failure: ToolError?
    do throws(ToolError) {
      try calling { () throws(PortAudioError) in try stream.start() }
      feed(pipeline)
      try record(recording, sink, length: length)
    } catch { failure = error }
    func attempt(_ body: () throws(ToolError) -> Void) {
      do throws(ToolError) { try body() } catch { failure = failure ?? error }
    }
    if !stream.isLost {
      attempt { () throws(ToolError) in
        try calling { () throws(PortAudioError) in try stream.abort() }
      }
    }
    monitor.endsAtLoss = false
    // What was captured is in the recording, whatever ended it; but what failed to take a frame
    // gets none of those behind it.
    if !hasSinkFailed {
      attempt { () throws(ToolError) in try recordRest(recording, sink, length: length) }
    }
    attempt { () throws(ToolError) in try sink.close() }
    let untaken = stream.losses.input.delivered - takenCount - compensatedCount
    monitor.conclude(
      clippedCount: recording.clippedCount + feeding.clippedCount,
      after: failure ?? feeding.failure
    ) {
      $0.input.delivered = takenCount
      $0.input.dropped += untaken
      $0.input.discarded += compensatedCount
    }
    // What went wrong with the input explains a recording that ends early.
    if let feeding = feeding.failure, feeding.kind == .reported { throw feeding }
    if let failure { throw failure }
  }

  // MARK: Playing, on a thread of its own

  private func feed(_ pipeline: FramePipeline) {
    let silence = compensation + tail
    let (stream, format, feeding) = (stream, playedFormat, feeding)
    let errand = Errand(pipeline)
    SoundSystem.startThread(named: "sd-feed") {
      do throws(ToolError) {
        try errand.run(stream, format, feeding)
        try Self.feedSilence(silence, stream, format)
        stream.endOutput()
      } catch {
        feeding.fail(error)
        stream.endOutput()
      }
    }
  }

  private static func feedSilence(_ count: Int, _ stream: PipedStream, _ format: StreamFormat)
    throws(ToolError)
  {
    let width = format.bytesPerFrame
    let block = [UInt8](repeating: format.encoding.silentByte, count: 4096 * width)
    var left = count
    while left > 0 {
      try SignalCenter.shared.checkStop()
      let frames = unsafe block.span.bytes.extracting(0..<min(left, 4096) * width)
      do throws(PortAudioError) { left -= try stream.write(frames, interrupted: isStopping) } catch
      {
        throw failure(error, stream)
      }
    }
  }

  private static func failure(_ error: PortAudioError, _ stream: PipedStream) -> ToolError {
    // Stopped by the main thread, which knows why.
    error.code == .streamIsStopped ? .stopped : .running(error, stream.outputDevice)
  }

  /// The feeding thread's pipeline.
  private final class Errand: @unchecked Sendable {
    // Safe to hand over: from `feed` on the main thread asks the pipeline nothing any more.
    private let pipeline: FramePipeline

    init(_ pipeline: FramePipeline) { self.pipeline = pipeline }

    func run(_ stream: PipedStream, _ format: StreamFormat, _ feeding: Feeding) throws(ToolError) {
      let width = format.bytesPerFrame
      let capacity = max(1, (1 << 16) / width)
      var block = [UInt8](repeating: 0, count: capacity * width)
      while true {
        var target = block.mutableSpan
        var bytes = unsafe target.mutableBytes
        let count = try pipeline.read(into: &bytes)
        feeding.note(clippedCount: pipeline.clippedCount)
        guard count > 0 else { return }
        let frames = unsafe block.span.bytes.extracting(0..<count * width)
        do throws(PortAudioError) {
          let written = try stream.write(frames, interrupted: isStopping)
          if written < count { try? SignalCenter.shared.checkStop() }
        } catch {
          throw DuplexRecorder.failure(error, stream)
        }
        try SignalCenter.shared.checkStop()
      }
    }
  }

  /// What the feeding thread leaves for the main one.
  private final class Feeding: Sendable {
    private struct State {
      var failure: ToolError?
      var clippedCount = 0
    }
    private let state = Mutex(State())

    var failure: ToolError? { state.withLock { $0.failure } }
    var clippedCount: Int { state.withLock { $0.clippedCount } }

    func fail(_ error: ToolError) { state.withLock { $0.failure = error } }
    func note(clippedCount: Int) { state.withLock { $0.clippedCount = clippedCount } }
  }

  // MARK: Recording, on the main thread

  private func record(
    _ pipeline: PushPipeline, _ sink: AudioSink, length: Double?
  ) throws(ToolError) {
    let width = recordedFormat.bytesPerFrame
    var block = [UInt8](repeating: 0, count: 16384 * width)
    while true {
      var count = 0
      do throws(PortAudioError) {
        var target = block.mutableSpan
        var bytes = unsafe target.mutableBytes
        count = try stream.read(into: &bytes, interrupted: isStopping)
      } catch {
        guard error.code == .streamIsStopped else { throw .running(error, device) }
      }
      try deliver(unsafe block.span.bytes, count: count, pipeline, sink, length: length)
      try SignalCenter.shared.checkStop()
      // A read gives nothing only when everything has been played and read.
      guard count > 0 else { return }
    }
  }

  /// After the stop: what the ring still holds.
  private func recordRest(
    _ pipeline: PushPipeline, _ sink: AudioSink, length: Double?
  ) throws(ToolError) {
    let width = recordedFormat.bytesPerFrame
    var block = [UInt8](repeating: 0, count: 16384 * width)
    while stream.readAvailable > 0 {
      var count = 0
      do throws(PortAudioError) {
        var target = block.mutableSpan
        var bytes = unsafe target.mutableBytes
        count = try stream.read(into: &bytes) { true }
      } catch { throw .running(error, device) }
      try deliver(unsafe block.span.bytes, count: count, pipeline, sink, length: length)
    }
    // The last gap may lie behind the last frame.
    try deliver(unsafe block.span.bytes, count: 0, pipeline, sink, length: length)
  }

  /// Passes on `count` frames that were just read; silence takes the place of input that was lost.
  private func deliver(
    _ bytes: RawSpan, count: Int, _ pipeline: PushPipeline, _ sink: AudioSink, length: Double?
  ) throws(ToolError) {
    let width = recordedFormat.bytesPerFrame
    try monitor.handOn(
      count, upTo: stream.readFrameCount, position: Double(sink.frameCount) / recordedFormat.rate,
      length: length
    ) { range throws(ToolError) in
      let (written, undropped) = (sink.frameCount, undropped)
      defer {
        takenCount += sink.frameCount - written
        compensatedCount += undropped - self.undropped
      }
      let frames = bytes.extracting(range.lowerBound * width..<range.upperBound * width)
      try push(frames, pipeline, sink)
    } gap: { gap throws(ToolError) in
      let loses = gap.cause == .overflow || gap.cause == .host && !gap.isMutual
      guard gap.direction == .input, loses else { return }
      let silence = [UInt8](
        repeating: recordedFormat.encoding.silentByte, count: gap.frameCount * width)
      try push(unsafe silence.span.bytes, pipeline, sink)
    }
  }

  private func push(_ frames: RawSpan, _ pipeline: PushPipeline, _ sink: AudioSink)
    throws(ToolError)
  {
    let width = recordedFormat.bytesPerFrame
    let dropped = min(undropped, frames.byteCount / width)
    undropped -= dropped
    let frames = frames.extracting(dropped * width..<frames.byteCount)
    guard frames.byteCount > 0 else { return }
    monitor.measure(frames, encoding: recordedFormat.encoding)
    try pipeline.push(frames) { frames throws(ToolError) in
      do throws(ToolError) { try sink.write(frames) } catch {
        hasSinkFailed = true
        throw error
      }
    }
  }

  private func calling<Value>(_ body: () throws(PortAudioError) -> Value) throws(ToolError)
    -> Value
  {
    do throws(PortAudioError) { return try body() } catch { throw .running(error, device) }
  }
}
