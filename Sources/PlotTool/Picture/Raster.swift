/// A picture as pixels in the colours of a palette; renders ``Mark``s for PNG.
struct Raster {
  /// The palette: the inks, then as many steps of the gradient as still fit into a byte.
  static let palette: [Color] =
    Ink.allCases.map(\.color)
    + (0..<256 - Ink.allCases.count).map {
      Gradient.color(Double($0) / Double(255 - Ink.allCases.count))
    }

  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  init(_ size: PictureSize, _ marks: [Mark]) {
    width = size.width
    height = size.height
    pixels = [UInt8](repeating: Ink.paper.rawValue, count: width * height)
    for mark in marks { draw(mark) }
  }

  private mutating func draw(_ mark: Mark) {
    switch mark {
    case .fill(let box, let ink):
      for y in max(0, box.y)..<max(0, min(height, box.bottom)) {
        for x in max(0, box.x)..<max(0, min(width, box.right)) { set(x, y, ink) }
      }
    case .spans(let spans, let x, let ink):
      for (index, span) in spans.enumerated() {
        for y in span { set(x + index, y, ink) }
      }
    case .image(let image, let x, let y):
      let (first, last) = (Ink.allCases.count, 255)
      for row in 0..<image.height {
        for column in 0..<image.width {
          let level = Int(image.levels[row * image.width + column])
          put(x + column, y + row, UInt8(first + level * (last - first) / 255))
        }
      }
    case .text(let text, let x, let y, let anchor):
      draw(text, x, y, anchor)
    }
  }

  private mutating func draw(_ text: String, _ x: Int, _ y: Int, _ anchor: Mark.Anchor) {
    let width = Glyphs.width(of: text)
    let left =
      switch anchor {
      case .start: x
      case .middle: x - width / 2
      case .end: x - width
      }
    for (index, character) in text.unicodeScalars.enumerated() {
      Glyphs.forEachPixel(of: character) { column, row in
        set(
          left + index * Glyphs.advance + column, y - Glyphs.height / 2 + row, .text)
      }
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ ink: Ink) { put(x, y, ink.rawValue) }

  private mutating func put(_ x: Int, _ y: Int, _ value: UInt8) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    pixels[y * width + x] = value
  }
}
