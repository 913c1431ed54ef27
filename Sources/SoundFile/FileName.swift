/// File names as text, without loss: a name is bytes, and some are no UTF-8.
///
/// A byte that belongs to no character stands in the text as one private character, and becomes
/// that byte again where a file is opened. The last 128 characters of Unicode, which nobody uses,
/// are those; were they in a name themselves, their own bytes would stand for them.
package enum FileName {
  private static let first: UInt32 = 0x10FF80

  /// Text for the bytes of a name, whatever they are.
  package static func text(of bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    var rest = Array(bytes)[...]
    while let byte = rest.first {
      let byteCount = characterByteCount(byte)
      let character = String(validating: rest.prefix(byteCount), as: UTF8.self)
      if let scalar = character?.unicodeScalars.first, !isByte(scalar) {
        text.append(scalar)
        rest = rest.dropFirst(byteCount)
      } else {
        text.append(Unicode.Scalar(first + UInt32(byte) - 0x80) ?? "?")
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The bytes of a name, and a zero, as the system's functions take them.
  package static func bytes(of text: String) -> [CChar] {
    var bytes: [CChar] = []
    bytes.reserveCapacity(text.utf8.count + 1)
    for scalar in text.unicodeScalars {
      if isByte(scalar) {
        bytes.append(CChar(truncatingIfNeeded: scalar.value - first + 0x80))
      } else {
        bytes += UTF8.encode(scalar)?.map { CChar(bitPattern: $0) } ?? []
      }
    }
    return bytes + [0]
  }

  /// Whether a character stands for one byte of a name.
  package static func isByte(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= first }

  private static func characterByteCount(_ byte: UInt8) -> Int {
    switch byte {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}
