internal import Spectrum

/// The waveform of the last seconds, one column per block, the newest on the right; each channel
/// has its own lines.
final class LiveWaveform: LiveView {
  private static let maxLines = 8

  private let canvas: Canvas
  private let text: CellText
  private let channelCount: Int
  // The columns of each channel, the oldest first.
  private var columns: [[WaveformColumns.Column]]

  init(_ canvas: Canvas, channelCount: Int) {
    self.canvas = canvas
    self.channelCount = channelCount
    text = CellText(canvas)
    columns = [[WaveformColumns.Column]](repeating: [], count: channelCount)
  }

  func take(_ block: PlanarBlock, size: Canvas.Size) -> [String] {
    for channel in columns.indices {
      block.withChannel(channel) { samples in
        var extremes = Extremes()
        extremes.add(samples)
        columns[channel].append(extremes.column)
      }
      columns[channel].removeFirst(max(0, columns[channel].count - size.columns))
    }
    return []
  }

  func block(size: Canvas.Size) -> [String] {
    let room = max(1, size.lines - 2)
    let height = min(Self.maxLines, max(1, room / channelCount))
    return columns.prefix(room / height).flatMap {
      lines($0, height: height, columns: size.columns)
    }
  }

  /// The lines of one channel, the top first.
  private func lines(
    _ columns: [WaveformColumns.Column], height: Int, columns width: Int
  ) -> [String] {
    // Half blocks above each other, or whole characters.
    let steps = canvas.hasHalfBlocks ? 2 * height : height
    func step(_ sample: Float) -> Int {
      min(steps - 1, max(0, Int((1 - min(1, max(-1, sample))) / 2 * Float(steps))))
    }
    let spans = columns.suffix(width).map { column in step(column.high)...step(column.low) }
    let padding = String(repeating: " ", count: max(0, width - spans.count))
    return (0..<height).map { line in
      let body = spans.map { span in
        guard canvas.hasHalfBlocks else { return span.contains(line) ? "#" : " " }
        switch (span.contains(2 * line), span.contains(2 * line + 1)) {
        case (true, true): return "█"
        case (true, false): return "▀"
        case (false, true): return "▄"
        case (false, false): return " "
        }
      }
      return padding + text.colored(body.joined(), Color(85, 255, 170))
    }
  }
}
