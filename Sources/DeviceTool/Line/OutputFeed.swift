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
  private let pipeline: FramePipeline
  private let format: StreamFormat
  private let pacing: Pacing
  private let reporter: RunReporter?
  private let block = Scratch()
  private let capacity: Int
  private var tail: Int
  private var hasEnded = false
  private var pace = SourcePace()
  private var isPipeShrunk = false

  /// - Parameters:
  ///   - pipeline: What is played, in the stream's own format.
  ///   - tail: Frames of silence after it.
  init(
    _ pipeline: FramePipeline, to stream: some AudioOutputStreaming, _ device: Device,
    tail: Int = 0, pacing: Pacing = .full, _ reporter: RunReporter? = nil
  ) {
    self.pipeline = pipeline
    self.stream = stream
    self.device = device
    self.tail = tail
    self.pacing = pacing
    self.reporter = reporter
    format = pipeline.format
    capacity = max(1, (1 << 16) / format.bytesPerFrame)
  }

  /// Fills the ring before the stream is started, as far as there is something to fill it with.
  ///
  /// A sound that is in the ring as a whole has ended before it begins, so that no callback takes
  /// its end for an underflow.
  func prefill() throws(ToolError) {
    while !hasEnded, stream.writeAvailable > 0 {
      let count = try nextBlock(min(capacity, stream.writeAvailable))
      block.withBytes(count * format.bytesPerFrame) { frames in
        reporter?.measure(frames, encoding: format.encoding)
        _ = stream.prefill(frames)
      }
    }
  }

  /// Writes all the rest to the stream, which runs, and ends the output.
  ///
  /// - Parameter check: Called once a block, and while nothing comes; what it throws ends the
  ///   feeding.
  func run(check: () throws(ToolError) -> Void) throws(ToolError) {
    while !hasEnded {
      try awaitTurn(check)
      let count = try nextBlock(isAhead ? capacity : min(capacity, max(1, period)))
      try block.withBytes(count * format.bytesPerFrame) { frames throws(ToolError) in
        reporter?.measure(frames, encoding: format.encoding)
        try write(frames)
      }
      shrinkPipe()
      try check()
    }
  }

  private var period: Int { stream.periodFrameCount }
  private var isAhead: Bool { pacing == .full || pace.isFasterThanTime }

  /// Reads what comes next: the sound, then its tail; nothing at the end.
  private func nextBlock(_ room: Int) throws(ToolError) -> Int {
    var count = try block.withMutableBytes(room * format.bytesPerFrame) {
      bytes throws(ToolError) in try pipeline.read(into: &bytes)
    }
    if count == 0, tail > 0 {
      count = min(tail, room)
      tail -= count
      block.withMutableBytes(count * format.bytesPerFrame) { bytes in
        for offset in 0..<bytes.byteCount {
          bytes.storeBytes(of: format.encoding.silentByte, toByteOffset: offset, as: UInt8.self)
        }
      }
    }
    guard count == 0 else { return count }
    hasEnded = true
    stream.endOutput()
    return 0
  }

  /// Waits until more is wanted and there is more, checking meanwhile.
  private func awaitTurn(_ check: () throws(ToolError) -> Void) throws(ToolError) {
    if pacing == .live {
      // The first callback says what a block is; until then all is left in the pipe.
      while period == 0, stream.isActive, !isStopping() { SoundSystem.pause(seconds: 0.001) }
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

  private func write(_ frames: RawSpan) throws(ToolError) {
    do throws(PortAudioError) {
      _ = try stream.write(frames, until: isStopping)
    } catch {
      // Somebody who stopped it knows why.
      throw error.code == .streamIsStopped ? .stopped : .running(error, device)
    }
    try SignalCenter.shared.checkStop()
  }

  /// A pipe before a player of low latency holds no more than two blocks.
  private func shrinkPipe() {
    guard pacing == .live, !isPipeShrunk, period > 0 else { return }
    isPipeShrunk = true
    guard let source = pipeline.current, source.name == "stdin" else { return }
    PipeWriter.shrinkPipe(0, blockByteCount: period * source.format.bytesPerFrame)
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
