/// Levels and marks as text with colours.
struct CellText {
  private static let steps = 64
  private static let ramp = Array(" .:-=+*#%@")
  /// The end of every coloured line.
  static let reset = "\u{1B}[0m"

  private let canvas: Canvas
  // The escape sequences of each step of the gradient.
  private let foregrounds: [String]
  private let backgrounds: [String]

  init(_ canvas: Canvas) {
    self.canvas = canvas
    let colors = (0..<Self.steps).map { Gradient.color(Double($0) / Double(Self.steps - 1)) }
    foregrounds = colors.map { Self.escape($0, canvas.colors, isBackground: false) }
    backgrounds = colors.map { Self.escape($0, canvas.colors, isBackground: true) }
  }

  /// Levels per column of text: half blocks show two side by side.
  var levelsPerColumn: Int { canvas.hasHalfBlocks ? 2 : 1 }

  /// A line of levels from 0 to 1, ``levelsPerColumn`` in each column.
  func line(_ levels: [Double]) -> String {
    guard canvas.colors != .none else {
      let ramp = Self.ramp
      let text = levels.map { ramp[Int((min(1, max(0, $0)) * Double(ramp.count - 1)).rounded())] }
      return String(text)
    }
    let steps = levels.map { Int((min(1, max(0, $0)) * Double(Self.steps - 1)).rounded()) }
    var text = ""
    var (front, back) = (-1, -1)
    for column in 0..<steps.count / levelsPerColumn {
      let left = steps[column * levelsPerColumn]
      let right = steps[column * levelsPerColumn + levelsPerColumn - 1]
      if right != back { text += backgrounds[right] }
      back = right
      if left == right {
        text += " "
        continue
      }
      if left != front { text += foregrounds[left] }
      front = left
      text += "▌"
    }
    return text + Self.reset
  }

  /// Text in a colour, if there are colours.
  func colored(_ text: String, _ color: Color) -> String {
    guard canvas.colors != .none, !text.isEmpty else { return text }
    return Self.escape(color, canvas.colors, isBackground: false) + text + Self.reset
  }

  private static func escape(
    _ color: Color, _ colors: Canvas.Colors, isBackground: Bool
  ) -> String {
    let kind = isBackground ? 48 : 38
    switch colors {
    case .none: return ""
    case .trueColor: return "\u{1B}[\(kind);2;\(color.red);\(color.green);\(color.blue)m"
    case .palette256: return "\u{1B}[\(kind);5;\(paletteIndex(color))m"
    }
  }

  /// The closest colour of the 6 × 6 × 6 cube in the palette of 256.
  static func paletteIndex(_ color: Color) -> Int {
    func side(_ value: UInt8) -> Int { value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40 }
    return 16 + 36 * side(color.red) + 6 * side(color.green) + side(color.blue)
  }
}
