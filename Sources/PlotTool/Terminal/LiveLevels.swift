internal import PCM
internal import Spectrum

/// A bar for each channel: its level, the peak of the last two seconds, and whether it ever
/// clipped.
final class LiveLevels: LiveView {
  private let canvas: Canvas
  private let text: CellText
  private let decibels: ClosedRange<Double>
  private let rate: Double
  private var needles: [PeakHold]

  init(_ canvas: Canvas, decibels: ClosedRange<Double>, channelCount: Int, rate: Double) {
    self.canvas = canvas
    self.decibels = decibels
    self.rate = rate
    text = CellText(canvas)
    needles = [PeakHold](repeating: PeakHold(), count: channelCount)
  }

  func take(_ block: PlanarBlock, size: Canvas.Size) -> [String] {
    for channel in needles.indices {
      block.withChannel(channel) { samples in
        var extremes = Extremes()
        extremes.add(samples)
        let column = extremes.column
        needles[channel].update(
          peak: Double(max(column.high, -column.low)),
          seconds: Double(samples.count) / rate)
      }
    }
    return []
  }

  func block(size: Canvas.Size) -> [String] {
    let width = String(needles.count).count
    // Lines that do not fit on the terminal would scroll away.
    return needles.prefix(max(1, size.lines - 2)).enumerated().map { index, needle in
      line(needle, name: NumberText.padded("\(index + 1)", to: width), columns: size.columns)
    }
  }

  /// `1 ======      |     -12.3 dB CLIP`
  private func line(_ needle: PeakHold, name: String, columns: Int) -> String {
    let number = NumberText.padded(
      NumberText.fixed(Gain(factor: needle.held).decibels, 1), to: 6)
    let end = " \(number) dB\(needle.hasClipped ? " CLIP" : "     ")"
    let length = max(5, columns - name.count - 1 - end.count)
    let full = Int((position(needle.level) * Double(length)).rounded())
    let mark = needle.held > 0 ? min(length - 1, Int(position(needle.held) * Double(length))) : -1
    let (bar, peak) = canvas.hasHalfBlocks ? ("█", "│") : ("=", "|")
    // Green, yellow from -18 dB, red from -3 dB.
    let zones = [
      (position: position(decibels: -18), color: Color(0, 170, 0)),
      (position: position(decibels: -3), color: Color(255, 255, 85)),
      (position: 1, color: Color(255, 85, 85)),
    ]
    var line = name + " "
    var start = 0
    for zone in zones {
      let stop = max(start, Int((zone.position * Double(length)).rounded()))
      let part = (start..<stop).map { $0 == mark ? peak : $0 < full ? bar : " " }.joined()
      line += text.colored(part, zone.color)
      start = stop
    }
    return line + (needle.hasClipped ? text.colored(end, Color(255, 85, 85)) : end)
  }

  private func position(_ level: Double) -> Double {
    level > 0 ? position(decibels: Gain(factor: level).decibels) : 0
  }

  private func position(decibels level: Double) -> Double {
    min(1, max(0, (level - decibels.lowerBound) / (decibels.upperBound - decibels.lowerBound)))
  }
}
