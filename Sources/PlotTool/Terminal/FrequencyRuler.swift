internal import Spectrum

/// A frequency axis in a line of text: a bar at each frequency, followed by its name.
enum FrequencyRuler {
  static func text(_ scale: FrequencyScale, columns: Int) -> String {
    var line = ""
    for tick in Ticks.frequencies(scale, atMost: max(2, columns / 10)) {
      let column = Int(scale.position(of: tick) * Double(columns))
      let label = "|" + NumberText.frequency(tick)
      guard column >= line.count, column + label.count <= columns else { continue }
      line += String(repeating: " ", count: column - line.count) + label
    }
    return line + (line.count + 3 <= columns ? " Hz" : "")
  }
}
