internal import Platform
internal import Spectrum

/// A scrolling spectrogram: one line per block, the mean power of all channels, above an axis.
final class LiveSpectrogram: LiveView {
  private let text: CellText
  private let scale: FrequencyScale
  private let decibels: ClosedRange<Double>
  private let channelCount: Int
  private let rate: Double
  private let transform: BlockTransform
  private var cutters: [BlockCutter]
  private var spectrum: PowerSpectrum
  private var cells: FrequencyCells
  private var powers: [Float] = []

  /// - Parameter blockFrames: Frames per line; about twice as many are transformed at once.
  init(
    _ canvas: Canvas, scale: FrequencyScale, decibels: ClosedRange<Double>, channelCount: Int,
    rate: Double, blockFrames: Int
  ) {
    text = CellText(canvas)
    self.scale = scale
    self.decibels = decibels
    self.channelCount = channelCount
    self.rate = rate
    transform = BlockTransform(
      blockSize: max(
        BlockTransform.blockSize(near: 2 * Double(blockFrames)),
        BlockTransform.blockSize(near: rate / 40)))
    cutters = [BlockCutter](
      repeating: BlockCutter(blockSize: transform.blockSize, hop: blockFrames),
      count: channelCount)
    spectrum = PowerSpectrum(blockSize: transform.blockSize, rate: rate)
    cells = FrequencyCells(scale, count: 1, of: spectrum)
  }

  func take(_ block: PlanarBlock, size: Canvas.Size) -> [String] {
    lines(size: size) { channel, cutter, body in
      block.withChannel(channel) { cutter.add($0, body) }
    }
  }

  func finish(size: Canvas.Size) -> [String] {
    lines(size: size) { _, cutter, body in cutter.finish(body) }
  }

  func block(size: Canvas.Size) -> [String] {
    [FrequencyRuler.text(scale, columns: size.columns)]
  }

  private func lines(
    size: Canvas.Size, _ feed: (Int, inout BlockCutter, (Span<Float>) -> Int) -> Void
  ) -> [String] {
    var sums: [PowerSpectrum] = []
    for channel in cutters.indices {
      var index = 0
      let hop = cutters[channel].hop
      feed(channel, &cutters[channel]) { samples in
        transform.transform(samples, into: &spectrum)
        if channel == 0 { sums.append(spectrum) } else { sums[index].add(spectrum) }
        index += 1
        return hop
      }
    }
    return sums.map { line($0, columns: size.columns) }
  }

  private func line(_ sum: PowerSpectrum, columns: Int) -> String {
    let count = columns * text.levelsPerColumn
    if cells.count != count {
      cells = FrequencyCells(scale, count: count, of: sum)
      powers = [Float](repeating: 0, count: count)
    }
    cells.gather(sum, into: &powers)
    return text.line(
      powers.map { decibels.position(ofPower: Double($0) / Double(channelCount)) })
  }
}

extension ClosedRange<Double> {
  /// A power's position in a range of decibels: 0 at its lower end, 1 at its upper.
  func position(ofPower power: Double) -> Double {
    (10 * log10(Swift.max(power, 1e-40)) - lowerBound) / (upperBound - lowerBound)
  }
}
