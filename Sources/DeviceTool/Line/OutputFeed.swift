internal import PCM
internal import SoundDevice
internal import SoundTool

/// Feeds a stream's output with what a pipeline gives. One thread at a time.
final class OutputFeed {
  /// How far ahead of the device frames are written.
  enum Pacing {
    /// As far as the ring has room.
    case full
    /// No further than output needs to go on: what is not wanted yet stays in the pipe, where the
    /// writer sees it. A pipe that is faster than time is no live sound, and fills the ring.
    case live
  }

  private let stream: any AudioOutputStreaming
  private let device: Device
  private let format: StreamFormat
  private let pacing: Pacing
  private let reporter: RunReporter?
  private let block = Scratch()
  private let capacity: Int
  private var pace = SourcePace()
  private var isPipeShrunk = false

  /// - Parameter format: What the stream takes.
  init(
    _ stream: some AudioOutputStreaming, _ device: Device, _ format: StreamFormat,
    pacing: Pacing = .full, _ reporter: RunReporter? = nil
  ) {
    self.stream = stream
    self.device = device
    self.format = format
    self.pacing = pacing
    self.reporter = reporter
    capacity = max(1, (1 << 16) / format.bytesPerFrame)
  }

  /// Writes all that the pipeline gives, and so many frames of silence, and ends the output.
  ///
  /// - Parameters:
  ///   - start: Starts the stream, when the ring is full or holds the whole sound; nil for a stream
  ///     that runs.
  ///   - check: Called once a block, and while nothing comes; what it throws ends the feeding.
  func run(
    _ pipeline: FramePipeline, tail: Int = 0, start: (() throws(ToolError) -> Void)?,
    check: () throws(ToolError) -> Void
  ) throws(ToolError) {
    var start = start
    while true {
      if start == nil { try awaitTurn(pipeline, check) }
      let room = isAhead || start != nil ? capacity : min(capacity, max(1, period))
      let count = try block.withMutableBytes(room * format.bytesPerFrame) {
        bytes throws(ToolError) in try pipeline.read(into: &bytes)
      }
      if count == 0, tail == 0 {
        // A sound that is in the ring as a whole has ended before it begins, so that no callback
        // takes its end for an underflow.
        stream.endOutput()
      }
      if count == 0 || stream.writeAvailable < count {
        try start?()
        start = nil
      }
      guard count > 0 else { break }
      try write(count, isStarted: start == nil)
      shrinkPipe(pipeline)
      try check()
    }
    guard tail > 0 else { return }
    try writeSilence(tail)
    stream.endOutput()
  }

  private var period: Int { stream.periodFrameCount }
  private var isAhead: Bool { pacing == .full || pace.isFasterThanTime }

  /// Waits until more is wanted and there is more, checking meanwhile.
  private func awaitTurn(
    _ pipeline: FramePipeline, _ check: () throws(ToolError) -> Void
  ) throws(ToolError) {
    if pacing == .live {
      // What a block is says the first callback; until then all is left in the pipe.
      while stream.periodFrameCount == 0, stream.isActive, !isStopping() {
        SoundSystem.pause(seconds: 0.001)
      }
      pace.note(isReady: pipeline.current?.isReady(withinMilliseconds: 0) ?? true)
      if !isAhead {
        // A block beyond the prebuffer, whole.
        stream.waitUntilQueued(
          atMost: stream.prebufferFrameCount + period - 1, until: isStopping)
      }
    }
    try SignalCenter.shared.checkStop()
    while let source = pipeline.current, !source.isReady(withinMilliseconds: 100) {
      try SignalCenter.shared.checkStop()
      try check()
    }
  }

  private func write(_ count: Int, isStarted: Bool) throws(ToolError) {
    try block.withBytes(count * format.bytesPerFrame) { frames throws(ToolError) in
      reporter?.measure(frames, encoding: format.encoding)
      if isStarted { try write(frames) } else { _ = stream.prefill(frames) }
    }
  }

  private func write(_ frames: RawSpan) throws(ToolError) {
    do throws(PortAudioError) {
      _ = try stream.write(frames, until: isStopping)
    } catch {
      // Somebody who stopped it knows why.
      throw error.code == .streamIsStopped ? .stopped : .running(error, device)
    }
    try SignalCenter.shared.checkStop()
  }

  private func writeSilence(_ frameCount: Int) throws(ToolError) {
    let silence = [UInt8](
      repeating: format.encoding.silentByte, count: 4096 * format.bytesPerFrame)
    var left = frameCount
    while left > 0 {
      let count = min(left, 4096)
      try write(unsafe silence.span.bytes.extracting(0..<count * format.bytesPerFrame))
      left -= count
    }
  }

  /// A pipe before a player of low latency holds no more than two blocks.
  private func shrinkPipe(_ pipeline: FramePipeline) {
    guard pacing == .live, !isPipeShrunk, stream.periodFrameCount > 0 else { return }
    isPipeShrunk = true
    guard let source = pipeline.current, source.name == "stdin" else { return }
    PipeWriter.shrinkPipe(
      0, blockByteCount: stream.periodFrameCount * source.format.bytesPerFrame)
  }
}

/// Tells a writer that is faster than time, such as a decoder, from one that captures.
struct SourcePace {
  private var readyCount = 0

  /// Longer than a recorder looks before it drops what stands in the pipe.
  static let window = 64

  /// Notes, once a block, whether the next one was there at once.
  mutating func note(isReady: Bool) { readyCount = isReady ? readyCount + 1 : 0 }

  var isFasterThanTime: Bool { readyCount >= Self.window }
}
