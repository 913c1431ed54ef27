internal import PCM
internal import SoundTool

/// Feeds the output from a live pipeline with its own clock. One thread at a time.
final class AdaptedFeed {
  /// What the ring holds: more than a recorder that began earlier, or was stopped, holds back. Who
  /// fills it all the same waits for room, and keeps no time.
  static let bufferSeconds = 16.0

  private let output: AdaptedOutput
  private let pipeline: FramePipeline
  private let block = Scratch()

  /// - Parameter pipeline: Delivers float32.
  init(_ output: AdaptedOutput, _ pipeline: FramePipeline) {
    self.output = output
    self.pipeline = pipeline
  }

  /// Writes everything from the pipeline and ends the output.
  ///
  /// - Parameter check: Called once per block, and while nothing comes; an error ends the feeding.
  func run(check: () throws(ToolError) -> Void) throws(ToolError) {
    let bytesPerFrame = pipeline.format.bytesPerFrame
    output.prepare()
    while true {
      while let source = pipeline.current, !source.isReady(withinMilliseconds: output.patience) {
        try SignalCenter.shared.checkStop()
        output.idle()
        try check()
      }
      let count = try block.withMutableBytes(output.capacity * bytesPerFrame) {
        bytes throws(ToolError) in try pipeline.read(into: &bytes)
      }
      guard count > 0 else { break }
      try block.withBytes(count * bytesPerFrame) { frames throws(ToolError) in
        try output.take(frames, behind: waitingCount)
      }
      try check()
    }
    try output.end()
  }

  /// Frames waiting in the pipe.
  private var waitingCount: Int {
    guard let source = pipeline.current, source.name == "stdin" else { return 0 }
    return PipeWriter.unreadByteCount(0) / source.format.bytesPerFrame
  }
}
