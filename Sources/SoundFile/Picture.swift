/// A picture in a sound file, such as its front cover.
///
/// Corresponds to FLAC's `METADATA_BLOCK_PICTURE`, which Vorbis and Opus carry as a comment.
public struct Picture: Hashable, Sendable {
  /// The kind of picture, as numbered in ID3v2: 3 is the front cover.
  public let kind: Int
  /// `image/jpeg`, or `-->` if `data` is an address.
  public let mimeType: String
  /// A caption.
  public let caption: String
  /// The width in pixels, or 0 if unknown.
  public let width: Int
  /// The height in pixels, or 0 if unknown.
  public let height: Int
  /// Bits per pixel, or 0 if unknown.
  public let depth: Int
  /// The number of colours in the palette, or 0 without one.
  public let colorCount: Int
  /// The picture's file.
  public let data: [UInt8]
}

extension Picture {
  /// Parses a block; nil if it is invalid.
  init?(block: [UInt8]) {
    var rest = block[...]
    func number() -> Int? {
      guard rest.count >= 4 else { return nil }
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    func bytes() -> [UInt8]? {
      guard let count = number(), count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    guard let kind = number(), let mimeType = bytes(), let caption = bytes(), let width = number(),
      let height = number(), let depth = number(), let colorCount = number(), let data = bytes()
    else { return nil }
    (self.kind, self.width, self.height) = (kind, width, height)
    (self.depth, self.colorCount, self.data) = (depth, colorCount, data)
    self.mimeType = String(decoding: mimeType, as: UTF8.self)
    self.caption = String(decoding: caption, as: UTF8.self)
  }

  /// The picture as a block.
  var block: [UInt8] {
    var block = HeaderBytes(isBigEndian: true)
    func append(bytes: some Collection<UInt8>) {
      block.append(bytes.count, byteCount: 4)
      block.append(bytes: Array(bytes))
    }
    block.append(kind, byteCount: 4)
    append(bytes: mimeType.utf8)
    append(bytes: caption.utf8)
    for number in [width, height, depth, colorCount] { block.append(number, byteCount: 4) }
    append(bytes: data)
    return block.bytes
  }
}

/// Base64, by RFC 4648: Vorbis and Opus carry pictures in this form in a comment.
enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        let letter = letters[bits >> (6 * (3 - place)) & 63]
        text.append(place <= group.count ? letter : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// nil if a letter is invalid.
  static func bytes(of text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for letter in text {
      let value: UInt8
      switch letter {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = letter - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = letter - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = letter - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      (bits, count) = ((bits << 6 | Int(value)) & 0xFFFF, count + 6)
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }
}
