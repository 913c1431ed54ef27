internal import Platform
internal import SoundTool

/// The capabilities of a descriptor: colours, half blocks, and redrawing lines in place.
struct Canvas: Hashable, Sendable {
  /// The number of colours.
  enum Colors: Hashable, Sendable {
    case none, palette256, trueColor
  }

  /// The descriptor to draw on.
  let descriptor: CInt
  /// Its colours.
  let colors: Colors
  /// Whether it has half-block characters, not only ASCII.
  let hasHalfBlocks: Bool
  /// Whether it is a terminal with a movable cursor.
  let movesCursor: Bool

  init(descriptor: CInt, colors: Colors, hasHalfBlocks: Bool, movesCursor: Bool) {
    self.descriptor = descriptor
    self.colors = colors
    self.hasHalfBlocks = hasHalfBlocks
    self.movesCursor = movesCursor
  }

  /// Detects the terminal's capabilities from the environment; plain text if there is no terminal.
  init(_ descriptor: CInt) {
    self.init(
      descriptor, isTerminal: System.isTerminal(descriptor), variable: Environment.text)
  }

  /// `variable` returns the value of an environment variable that is set and not empty.
  init(_ descriptor: CInt, isTerminal: Bool, variable: (String) -> String?) {
    let type = variable("TERM") ?? "dumb"
    let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
    let isUTF8 = ["utf-8", "utf8"].contains(where: locale.lowercased().contains)
    let colorTerminal = variable("COLORTERM") ?? ""
    let colors: Colors =
      if variable("NO_COLOR") != nil {
        .none
      } else if ["truecolor", "24bit"].contains(colorTerminal) || type.hasSuffix("-direct") {
        .trueColor
      } else if type.contains("256color") {
        .palette256
      } else {
        .none
      }
    self.init(
      descriptor: descriptor, colors: isTerminal ? colors : .none,
      hasHalfBlocks: isTerminal && isUTF8 && type != "dumb" && colors != .none,
      movesCursor: isTerminal && type != "dumb")
  }

  /// Columns and lines of text.
  struct Size: Hashable, Sendable {
    let columns: Int
    let lines: Int
  }

  /// The terminal's current size; 80 by 24 without a terminal.
  var size: Size {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return Size(columns: 80, lines: 24) }
    return Size(columns: Int(size.ws_col), lines: Int(size.ws_row))
  }
}
