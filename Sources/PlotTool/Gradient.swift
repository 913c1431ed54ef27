/// A colour of the screen.
struct Color: Hashable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }
}

/// The colours from quiet to loud, those of python-sounddevice's spectrogram: black, blue, magenta,
/// red, yellow, white.
enum Gradient {
  private static let stops = [
    Color(0, 0, 0), Color(0, 0, 170), Color(170, 0, 170), Color(255, 85, 85), Color(255, 255, 85),
    Color(255, 255, 255),
  ]

  /// The colour of a level, from 0 to 1.
  static func color(_ level: Double) -> Color {
    let position = min(1, max(0, level)) * Double(stops.count - 1)
    let index = min(stops.count - 2, Int(position))
    let fraction = position - Double(index)
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * fraction).rounded())
    }
    let (a, b) = (stops[index], stops[index + 1])
    return Color(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue))
  }
}
