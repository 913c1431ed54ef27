internal import SoundTool
internal import Spectrum

/// The layout of a picture: a panel for each channel's waveform and spectrogram, stacked over a
/// common time axis.
struct Figure {
  /// The content of a panel.
  struct Panel: Hashable {
    enum Content: Hashable { case waveform, spectrogram }

    let content: Content
    /// Counted from 0.
    let channel: Int
    let box: Box
  }

  /// The panels, from the top.
  let panels: [Panel]
  /// All panels, and the space between them.
  let area: Box

  private let size: PictureSize
  private static let margin = (left: 96, right: 96, top: 40, bottom: 52)
  private static let gap = 10
  private static let bar = 16

  /// A spectrogram is three times as high as a waveform.
  ///
  /// - Throws: A failure if there is not enough room.
  init(
    _ size: PictureSize, channelCount: Int, waveform: Bool, spectrogram: Bool
  ) throws(ToolError) {
    self.size = size
    let margin = Self.margin
    let area = Box(
      x: margin.left, y: margin.top, width: size.width - margin.left - margin.right,
      height: size.height - margin.top - margin.bottom)
    self.area = area
    let contents: [Panel.Content] =
      (waveform ? [.waveform] : []) + (spectrogram ? [.spectrogram] : [])
    func weight(_ content: Panel.Content) -> Int { content == .spectrogram ? 3 : 1 }
    let weights = channelCount * contents.reduce(0) { $0 + weight($1) }
    let room = area.height - Self.gap * (channelCount * contents.count - 1)
    guard room / weights >= 16 else {
      throw .failure(
        "--size", "no room for \(channels(channelCount)), choose some with -m or a larger picture")
    }
    var panels: [Panel] = []
    var (y, done) = (area.y, 0)
    for channel in 0..<channelCount {
      for content in contents {
        // Distributes the remainder of the division.
        let begin = room * done / weights
        done += weight(content)
        let height = room * done / weights - begin
        panels.append(
          Panel(
            content: content, channel: channel,
            box: Box(x: area.x, y: y, width: area.width, height: height)))
        y += height + Self.gap
      }
    }
    self.panels = panels
  }

  // MARK: Around the panels

  /// Title, frames, axes and the legend of the colours.
  func marks(
    title: String, subtitle: String, duration: Double, scale: FrequencyScale,
    decibels: ClosedRange<Double>
  ) -> [Mark] {
    let room = max(3, (size.width - 2 * 12 - Glyphs.width(of: subtitle)) / Glyphs.advance - 2)
    var marks: [Mark] = [
      .text(Self.shortened(title, to: room), x: 12, y: Self.margin.top / 2, .start),
      .text(subtitle, x: size.width - 12, y: Self.margin.top / 2, .end),
    ]
    for panel in panels {
      marks += Self.border(panel.box)
      marks +=
        panel.content == .spectrogram
        ? frequencyAxis(panel, scale) : amplitudeAxis(panel)
      if panels.last?.channel ?? 0 > 0 { marks += channelName(panel) }
    }
    marks += timeAxis(duration)
    if panels.contains(where: { $0.content == .spectrogram }) { marks += legend(decibels) }
    return marks
  }

  private static func border(_ box: Box) -> [Mark] {
    [
      .fill(Box(x: box.x - 1, y: box.y - 1, width: box.width + 2, height: 1), .frame),
      .fill(Box(x: box.x - 1, y: box.bottom, width: box.width + 2, height: 1), .frame),
      .fill(Box(x: box.x - 1, y: box.y, width: 1, height: box.height), .frame),
      .fill(Box(x: box.right, y: box.y, width: 1, height: box.height), .frame),
    ]
  }

  private func channelName(_ panel: Panel) -> [Mark] {
    let box = panel.box
    return [
      .fill(Box(x: box.x + 4, y: box.y + 4, width: 20, height: 18), .paper),
      .text("\(panel.channel + 1)", x: box.x + 14, y: box.y + 13, .middle),
    ]
  }

  private func frequencyAxis(_ panel: Panel, _ scale: FrequencyScale) -> [Mark] {
    let box = panel.box
    let ticks = Ticks.frequencies(scale, atMost: max(2, box.height / 34))
    return ticks.flatMap { tick -> [Mark] in
      let y = box.bottom - 1 - Int(scale.position(of: tick) * Double(box.height - 1))
      return leftTick(box, y, NumberText.frequency(tick, unit: true))
    }
  }

  private func amplitudeAxis(_ panel: Panel) -> [Mark] {
    let box = panel.box
    let middle = box.y + box.height / 2
    // In a low panel, the ends are too close to the middle.
    let ends = [(box.y, "1"), (box.bottom - 1, "-1")]
    return ((box.height >= 50 ? ends : []) + [(middle, "0")]).flatMap {
      leftTick(box, $0.0, $0.1)
    }
  }

  private func leftTick(_ box: Box, _ y: Int, _ label: String) -> [Mark] {
    [
      .fill(Box(x: box.x - 6, y: y, width: 5, height: 1), .frame),
      // At the ends of a panel, the text stays inside it.
      .text(
        label, x: box.x - 10,
        y: min(box.bottom - Glyphs.height / 2, max(box.y + Glyphs.height / 2, y)), .end),
    ]
  }

  private func timeAxis(_ duration: Double) -> [Mark] {
    let withMinutes = duration >= 120
    // Hours are the widest label.
    let ticks = Ticks.time(duration, atMost: max(1, area.width / (withMinutes ? 120 : 80)))
    var marks: [Mark] = ticks.flatMap { tick -> [Mark] in
      let share = duration > 0 ? tick / duration : 0
      let x = area.x + Int(share * Double(area.width - 1))
      return [
        .fill(Box(x: x, y: area.bottom + 1, width: 1, height: 5), .frame),
        .text(
          NumberText.time(tick, withMinutes: withMinutes), x: x, y: area.bottom + 18, .middle),
      ]
    }
    marks.append(
      .text(
        withMinutes ? "time in min:s" : "time in s", x: area.right, y: area.bottom + 39, .end))
    return marks
  }

  /// A bar of all colours beside the topmost spectrogram, with decibels relative to full scale.
  private func legend(_ decibels: ClosedRange<Double>) -> [Mark] {
    guard let panel = panels.first(where: { $0.content == .spectrogram }) else { return [] }
    let height = min(panel.box.height, 256)
    let box = Box(x: area.right + 14, y: panel.box.y, width: Self.bar, height: height)
    var image = LevelImage(width: box.width, height: height)
    for row in 0..<height {
      for column in 0..<box.width {
        image.levels[row * box.width + column] = UInt8(
          255 * (height - 1 - row) / max(1, height - 1))
      }
    }
    let (low, high) = (decibels.lowerBound, decibels.upperBound)
    var marks: [Mark] = [.image(image, x: box.x, y: box.y)] + Self.border(box)
    let ticks = Ticks.linear(low, high, atMost: max(1, height / 34))
    for tick in ticks {
      let y = box.bottom - 1 - Int((tick - low) / (high - low) * Double(height - 1))
      marks += [
        .fill(Box(x: box.right + 1, y: y, width: 4, height: 1), .frame),
        .text(NumberText.short(tick), x: box.right + 8, y: y, .start),
      ]
    }
    marks.append(.text("dBFS", x: box.x, y: box.bottom + 14, .start))
    return marks
  }

  private static func shortened(_ text: String, to count: Int) -> String {
    text.count <= count ? text : "..." + text.suffix(max(1, count - 3))
  }
}
