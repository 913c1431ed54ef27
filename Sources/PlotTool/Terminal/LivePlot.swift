internal import PCM
internal import Platform
public import SoundTool
internal import Spectrum

/// Sound drawn on a terminal while it is read.
///
/// Pipes are read as fast as they are written; a file on a terminal is read at the pace of its own
/// sound, so that it goes along with a player.
public struct LivePlot {
  private let input: PlotInput
  private let plot: PlotOptions

  /// A plot of these inputs.
  public init(_ input: PlotInput, _ plot: PlotOptions) {
    self.input = input
    self.plot = plot
  }

  /// Draws all of it.
  ///
  /// - Parameters:
  ///   - descriptor: what is drawn on.
  ///   - mayWait: whether plain text may wait for its reader.
  public func run(on descriptor: CInt, mayWait: Bool) throws(ToolError) {
    let pipeline = try input.pipeline()
    let canvas = Canvas(descriptor)
    let rate = pipeline.format.rate
    // Frames of a line, or of a column of the waveform.
    let frames = max(1, plot.block?.frameCount(at: rate) ?? Int((rate * 0.05).rounded()))
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
      // What was drawn stays as it is; what went wrong is what the user needs to know.
      try? screen.close()
      throw error
    }
    try screen.close()
  }

  /// One column less than the terminal has: some go to the next line after the last.
  private func size(_ canvas: Canvas) -> Canvas.Size {
    let size = canvas.size
    return Canvas.Size(columns: max(1, plot.columns ?? size.columns - 1), lines: size.lines)
  }

  private func makeView(
    _ canvas: Canvas, rate: Double, blockFrames: Int
  ) throws(ToolError) -> any LiveView {
    let channelCount = input.channelCount
    if plot.levels {
      return LiveLevels(
        canvas, decibels: plot.db ?? -60...0, channelCount: channelCount, rate: rate)
    }
    if plot.waveform { return LiveWaveform(canvas, channelCount: channelCount) }
    return LiveSpectrogram(
      canvas, scale: try plot.scale(rate: rate, highest: 8_000), decibels: plot.decibels,
      channelCount: channelCount, rate: rate, blockFrames: blockFrames)
  }
}

extension PlotOptions {
  /// The levels that are told apart.
  var decibels: ClosedRange<Double> { db ?? -90...0 }

  /// The axis of frequencies for a rate.
  ///
  /// - Parameter highest: its end where no option says another, or half the rate.
  func scale(rate: Double, highest: Double = .infinity) throws(ToolError) -> FrequencyScale {
    let end = min(rate / 2, range?.upperBound ?? highest)
    let low = range?.lowerBound ?? (isLogarithmic ? min(20, end / 1_000) : 0)
    guard low < end else {
      throw .failure(
        "--range", "\(NumberText.frequency(low)) Hz is beyond half the rate of \(hertz(rate))")
    }
    return FrequencyScale(low: low, high: end, isLogarithmic: isLogarithmic)
  }
}

/// Keeps a reader to the pace of the sound.
struct Pace {
  // So late, it was stopped, and begins anew.
  private static let patience = 0.5

  private let rate: Double
  private var next: Double?

  init(rate: Double) { self.rate = rate }

  /// Waits until so many frames more would have been heard.
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
