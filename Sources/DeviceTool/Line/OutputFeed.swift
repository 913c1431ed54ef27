internal import PCM
internal import SoundDevice
internal import SoundTool

/// Feeds a stream's output from a pipeline. One thread at a time.
final class OutputFeed {
  /// How far ahead of the device frames are written.
  enum Pacing {
    /// As far as the ring has room.
    case full
    /// No further than output needs to continue: other frames stay in the pipe, where the writer
    /// sees them. A pipe that is faster than real time is not live, and fills the ring.
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
  ///   - pipeline: The sound to play, in the stream's own format.
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

  /// Fills the ring before the stream is started, as far as the pipeline has frames.
  ///
  /// A sound that fits into the ring ends before it starts, so that no callback takes its end for
  /// an underflow.
  func prefill() throws(ToolError) {
    while !hasEnded, stream.writeAvailable > 0 {
      let count = try nextBlock(min(capacity, stream.writeAvailable))
      block.withBytes(count * format.bytesPerFrame) { frames in
        reporter?.measure(frames, encoding: format.encoding)
        _ = stream.prefill(frames)
      }
    }
  }

  /// Writes the rest of the sound to the running stream, and ends the output.
  ///
  /// - Parameter check: Called once per block, and while nothing comes; an error ends the feeding.
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

  /// Reads the next block: of the sound, then of its tail; empty at the end.
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

  /// Waits until the output needs more and there is more, checking meanwhile.
  private func awaitTurn(_ check: () throws(ToolError) -> Void) throws(ToolError) {
    if pacing == .live {
      // The first callback reveals the block size; until then everything stays in the pipe.
      while period == 0, stream.isActive, !isStopping() { SoundSystem.pause(seconds: 0.001) }
      pace.note(isReady: pipeline.current?.isReady(withinMilliseconds: 0) ?? true)
      if !isAhead {
        // One whole block beyond the prebuffer.
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
      // Another thread stopped it and has the reason.
      throw error.code == .streamIsStopped ? .stopped : .running(error, device, stream)
    }
    try SignalCenter.shared.checkStop()
  }

  /// Limits a pipe before a low-latency player to two blocks.
  private func shrinkPipe() {
    guard pacing == .live, !isPipeShrunk, period > 0 else { return }
    isPipeShrunk = true
    guard let source = pipeline.current, source.name == "stdin" else { return }
    PipeWriter.shrinkPipe(0, blockByteCount: period * source.format.bytesPerFrame)
  }
}

/// Distinguishes a writer faster than real time, such as a decoder, from one that captures.
struct SourcePace {
  private var readyCount = 0

  /// Longer than a recorder observes before it drops the pipe's backlog.
  static let window = 64

  /// Records, once per block, whether the next one was there at once.
  mutating func note(isReady: Bool) { readyCount = isReady ? readyCount + 1 : 0 }

  var isFasterThanTime: Bool { readyCount >= Self.window }
}
