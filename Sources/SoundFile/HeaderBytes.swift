/// Bytes of a header being put together.
struct HeaderBytes {
  let isBigEndian: Bool
  private(set) var bytes: [UInt8] = []

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  mutating func append(text: String) { bytes += Array(text.utf8) }

  /// A text cut or filled with zeros to a length.
  mutating func append(text: String, byteCount: Int) {
    let known = text.utf8.prefix(byteCount)
    bytes += known
    bytes += repeatElement(0, count: byteCount - known.count)
  }

  mutating func append(_ number: Int, byteCount: Int) {
    let little = (0..<byteCount).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    bytes += isBigEndian ? little.reversed() : little
  }

  mutating func append(bytes more: [UInt8]) { bytes += more }
}

/// The header before plain samples. It is as long for every length, so that it can be written
/// again in its place.
protocol PlainHeader {
  /// The header for so many bytes of samples; nil while nobody knows.
  func bytes(dataByteCount: Int?) -> [UInt8]

  /// Whether an odd number of bytes is followed by one more.
  var pads: Bool { get }

  /// The most bytes of samples it can tell of; nil for any number.
  var largestDataByteCount: Int? { get }

  /// Says when the first frame was captured; nothing where there is no room for it.
  mutating func setOrigination(_ origination: Origination)
}

extension PlainHeader {
  var pads: Bool { false }
  var largestDataByteCount: Int? { nil }
  mutating func setOrigination(_ origination: Origination) {}
}

/// No header: raw data.
struct NoHeader: PlainHeader {
  func bytes(dataByteCount: Int?) -> [UInt8] { [] }
}
