/// The first bytes after the last frame, as they are read: a tag, padding, the start of a truncated
/// frame, or junk.
struct MPEGTrail {
  private static let maxByteCount = 1 << 14
  private var bytes: [UInt8] = []
  /// The offset of the first one.
  private var start = 0
  private var end = 0

  /// Observes bytes that are read; counts repeated ones once.
  mutating func see(_ more: UnsafeRawBufferPointer, at offset: Int) {
    let new = unsafe more.dropFirst(max(0, end - offset))
    if end == start + bytes.count {
      unsafe bytes.append(contentsOf: new.prefix(max(0, Self.maxByteCount - bytes.count)))
    }
    end = max(end, offset + more.count)
  }

  /// Drops the bytes before an offset at which a frame has ended.
  mutating func move(to offset: Int) {
    let dropped = min(max(0, offset - start), bytes.count)
    bytes.removeFirst(dropped)
    start = offset
    end = max(end, offset)
  }

  /// Starts over at another offset.
  mutating func restart(at offset: Int) {
    bytes = []
    (start, end) = (offset, offset)
  }

  /// Whether the bytes are a tag of a kind that MPEG files have, or padding.
  var isTag: Bool {
    let marks = ["TAG", "ID3", "3DI", "APETAGEX", "LYRICSBEGIN"]
    return bytes.allSatisfy { $0 == 0 } || marks.contains { bytes.starts(with: $0.utf8) }
  }

  /// The shortage if no frame that ends at `offset` follows.
  func shortage(_ offset: Int) -> Damage.Shortage? {
    guard end > offset, start == offset, !isTag else { return nil }
    if let header = MPEGHeader(bytes), header.byteCount > end - offset {
      return .mark("within a frame")
    }
    // Less than a header, or bytes with which no frame starts.
    let isHeader = bytes.count < 4 && bytes.first == 0xFF
    return .mark(isHeader ? "within a frame" : "in \(end - offset) bytes that are no frame")
  }
}
