internal import PCM
internal import Platform
internal import SoundTool
internal import Spectrum

/// Draws sound on a terminal while it is read.
///
/// Pipes are read as fast as they are written. On a terminal, a file is read at the pace of its own
/// sound, in step with a player.
struct LivePlot {
  private let input: PlotInput
  private let style: PlotStyle

  /// Creates a plot of these inputs.
  init(_ input: PlotInput, _ style: PlotStyle) {
    self.input = input
    self.style = style
  }

  /// Draws all of it.
  ///
  /// - Parameters:
  ///   - descriptor: The descriptor to draw on.
  ///   - mayWait: Whether plain text may wait for its reader.
  func run(on descriptor: CInt, mayWait: Bool) throws(ToolError) {
    let pipeline = try input.pipeline()
    let canvas = Canvas(descriptor)
    let rate = pipeline.format.rate
    // Frames per line, or per column of the waveform.
    let frames = max(1, style.block?.frameCount(at: rate) ?? Int((rate * 0.05).rounded()))
    let view = try makeView(canvas, rate: rate, blockFrames: frames)
    let screen = LiveScreen(canvas, mayWait: mayWait)
    var pace = canvas.movesCursor && input.isRepeatable ? Pace(rate: rate) : nil
    let block = PlanarBlock(channelCount: pipeline.format.channelCount, capacity: frames)
    do throws(ToolError) {
      while true {
        let count = try block.read(from: pipeline)
        guard count == 0 || block.frameCount == frames else { continue }
        if block.frameCount > 0 {
          try pace?.wait(for: block.frameCount)
          let size = size(canvas)
          let lines = view.take(block, size: size)
          block.clear()
          try screen.show(lines: lines, block: view.block(size: size))
        }
        if count == 0 { break }
      }
      let size = size(canvas)
      try screen.show(lines: view.finish(size: size), block: view.block(size: size))
    } catch {
      // The drawing stays; the first error is the one that the user needs to know.
      try? screen.close()
      throw error
    }
    try screen.close()
  }

  /// One column less than the terminal has: some wrap after the last one.
  private func size(_ canvas: Canvas) -> Canvas.Size {
    let size = canvas.size
    return Canvas.Size(columns: max(1, style.columns ?? size.columns - 1), lines: size.lines)
  }

  private func makeView(
    _ canvas: Canvas, rate: Double, blockFrames: Int
  ) throws(ToolError) -> any LiveView {
    let channelCount = input.channelCount
    if style.levels {
      return LiveLevels(
        canvas, decibels: style.levelRange ?? -60...0, channelCount: channelCount, rate: rate)
    }
    if style.waveform { return LiveWaveform(canvas, channelCount: channelCount) }
    return LiveSpectrogram(
      canvas, scale: try style.scale(rate: rate, highest: 8_000), decibels: style.decibels,
      channelCount: channelCount, rate: rate, blockFrames: blockFrames)
  }
}

/// Keeps a reader to the pace of the sound.
struct Pace {
  // A delay this long means it was stopped, and it starts again.
  private static let patience = 0.5

  private let rate: Double
  private var next: Double?

  init(rate: Double) { self.rate = rate }

  /// Waits until this many more frames would have been heard.
  mutating func wait(for frames: Int) throws(ToolError) {
    var now = monotonicSeconds()
    var due = next ?? now
    if now - due > Self.patience { due = now }
    due += Double(frames) / rate
    next = due
    while now < due {
      try SignalCenter.shared.checkStop()
      System.sleep(seconds: min(0.05, due - now))
      now = monotonicSeconds()
    }
  }
}
