public import PCM
internal import Synchronization

extension AudioSink {
  /// Writes everything from the pipeline and closes the output in any case: an interrupted file is
  /// complete as far as it goes. USR1 reports the position meanwhile.
  ///
  /// - Parameter line: The progress line, if there should be one.
  public func writeAll(of pipeline: FramePipeline, line: ProgressLine?) throws(ToolError) {
    precondition(pipeline.format == format, "the pipeline gives what the sink takes")
    let position = Position()
    let rate = format.rate
    let total = pipeline.frameCount
    SignalCenter.shared.onStatus { position.text(total: total, rate: rate) }
    do {
      try copy(pipeline, position, line)
    } catch {
      // The first failure is the one that the user needs to know.
      guard error.kind != .brokenPipe else { throw error }
      do { try close() } catch let second {
        if second.kind == .reported { ProgramExit.remember(second) }
      }
      throw error
    }
    try close()
    Messages.detail(name, "\(counted(frameCount, "frame")) written")
  }

  private func copy(
    _ pipeline: FramePipeline, _ position: Position, _ line: ProgressLine?
  ) throws(ToolError) {
    let bytesPerFrame = format.bytesPerFrame
    // The same as cat; a multiple of a pipe's capacity.
    let capacity = max(1, (1 << 17) / bytesPerFrame)
    let block = Scratch()
    var meter = line.map { _ in LevelMeter(channelCount: format.channelCount) }
    while true {
      let count = try block.withMutableBytes(capacity * bytesPerFrame) {
        bytes throws(ToolError) in try pipeline.read(into: &bytes)
      }
      guard count > 0 else { return }
      try block.withBytes(count * bytesPerFrame) { frames throws(ToolError) in
        try write(frames)
        meter?.update(frames, encoding: format.encoding)
      }
      position.frames.add(count, ordering: .relaxed)
      line?.update {
        defer { meter?.reset() }
        return ProgressLine.Status(
          position: Double(pipeline.position) / format.rate,
          length: pipeline.frameCount.map { Double($0) / format.rate },
          levels: meter?.decibels ?? [])
      }
    }
  }

  /// The position, for the signal thread.
  private final class Position: Sendable {
    let frames = Atomic<Int>(0)

    func text(total: Int?, rate: Double) -> String {
      let done = frames.load(ordering: .relaxed)
      let seconds = ProgressLine.text(
        of: .init(position: Double(done) / rate, length: total.map { Double($0) / rate }))
      return "\(counted(done, "frame")), \(seconds)"
    }
  }
}

extension LevelMeter {
  /// The peak of each channel in decibels relative to full scale.
  public var decibels: [Double] { (0..<channelCount).map { Self.decibels(peak($0)) } }
}
