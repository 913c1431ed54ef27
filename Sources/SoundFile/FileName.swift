/// File names as lossless text: a name is bytes, and some names are not UTF-8.
///
/// A byte that is not part of a character becomes one private character in the text, and that byte
/// again when a file is opened. These are the last 128 characters of Unicode, which are unused; in
/// a name that contains them, each of their bytes is replaced.
package enum FileName {
  private static let first: UInt32 = 0x10FF80

  /// Text for the bytes of any name.
  package static func text(of bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    // Nearly all names, and there may be thousands.
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: isByte)
    {
      return text
    }
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
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

  /// The bytes of a name and a terminating zero, for the system's functions.
  package static func bytes(of text: String) -> [CChar] {
    guard text.unicodeScalars.contains(where: isByte) else { return Array(text.utf8CString) }
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

  /// Whether a character replaces one byte of a name.
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
