/// The colours of lines and letters.
enum Ink: UInt8, CaseIterable {
  case paper, text, frame, grid, wave, loudness

  var color: Color {
    switch self {
    case .paper: Color(255, 255, 255)
    case .text: Color(40, 40, 40)
    case .frame: Color(110, 110, 110)
    case .grid: Color(225, 225, 225)
    case .wave: Color(70, 120, 190)
    case .loudness: Color(30, 60, 120)
    }
  }
}

/// Levels as pixels, row by row from the top: 0 is the quietest, 255 the loudest.
struct LevelImage: Hashable {
  let width: Int
  let height: Int
  var levels: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    levels = [UInt8](repeating: 0, count: width * height)
  }
}

/// One element of a picture.
enum Mark: Hashable {
  /// The point of a text that its position refers to.
  enum Anchor: String, Hashable { case start, middle, end }

  /// A rectangle.
  case fill(Box, Ink)
  /// A line of text; `y` is the middle of its height.
  case text(String, x: Int, y: Int, Anchor)
  /// Levels in the colours of ``Gradient``.
  case image(LevelImage, x: Int, y: Int)
  /// A vertical line between two rows, in each column of pixels from `x` on.
  case spans([ClosedRange<Int>], x: Int, Ink)
}
