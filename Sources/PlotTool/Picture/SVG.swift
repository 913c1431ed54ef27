internal import SoundTool

/// SVG files: lines and letters are vectors, levels are an embedded PNG.
enum SVG {
  /// The text of a file.
  static func text(_ size: PictureSize, _ marks: [Mark]) throws(ToolError) -> String {
    let (width, height) = (size.width, size.height)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="monospace" font-size="14" \
      fill="\(hex(Ink.text.color))">
      <rect width="\(width)" height="\(height)" fill="\(hex(Ink.paper.color))"/>

      """
    for mark in marks { svg += try element(mark) + "\n" }
    return svg + "</svg>\n"
  }

  private static func element(_ mark: Mark) throws(ToolError) -> String {
    switch mark {
    case .fill(let box, let ink):
      return """
        <rect x="\(box.x)" y="\(box.y)" width="\(box.width)" height="\(box.height)" \
        fill="\(hex(ink.color))"/>
        """
    case .text(let text, let x, let y, let anchor):
      return """
        <text x="\(x)" y="\(y)" text-anchor="\(anchor.rawValue)" \
        dominant-baseline="central">\(escaped(text))</text>
        """
    case .image(let image, let x, let y):
      return """
        <image x="\(x)" y="\(y)" width="\(image.width)" height="\(image.height)" \
        href="data:image/png;base64,\(base64(try PNG.bytes(image)))"/>
        """
    case .spans(let spans, let x, let ink):
      let path = spans.enumerated().map { index, span in
        "M\(x + index).5 \(span.lowerBound)V\(span.upperBound + 1)"
      }
      return "<path stroke=\"\(hex(ink.color))\" d=\"\(path.joined())\"/>"
    }
  }

  private static func hex(_ color: Color) -> String {
    "#"
      + [color.red, color.green, color.blue].map {
        ($0 < 16 ? "0" : "") + String($0, radix: 16)
      }.joined()
  }

  /// Escapes text for XML; a file's name may contain anything.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case _
      where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || scalar.value & 0xFFFE == 0xFFFE:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// RFC 4648, with padding.
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = 0
      for index in 0..<3 {
        word = word << 8 | (index < group.count ? Int(group[start + index]) : 0)
      }
      for index in 0..<4 {
        text.append(
          index <= group.count ? digits[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
