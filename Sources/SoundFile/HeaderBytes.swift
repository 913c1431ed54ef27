/// The bytes of a header under construction.
struct HeaderBytes {
  let isBigEndian: Bool
  private(set) var bytes: [UInt8] = []

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  mutating func append(text: String) { bytes += Array(text.utf8) }

  /// Appends a text, truncated or padded with zeros to a length.
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

/// The header before plain samples. Its own length never changes, so that it can be rewritten in
/// place.
protocol PlainHeader {
  /// The header for this many bytes of samples; nil if unknown.
  func bytes(dataByteCount: Int?) -> [UInt8]

  /// Whether a padding byte follows an odd number of bytes.
  var pads: Bool { get }

  /// The maximum number of bytes that it can describe; nil for no limit.
  var largestDataByteCount: Int? { get }

  /// Sets the capture time of the first frame; does nothing without room for it.
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
