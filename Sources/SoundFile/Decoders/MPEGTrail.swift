/// The first bytes behind the last frame, as they go past: a tag, padding, the beginning of a frame
/// that is cut off, or junk.
struct MPEGTrail {
  private static let mostBytes = 1 << 14
  private var bytes: [UInt8] = []
  /// Where the first of them stands.
  private var start = 0
  private var end = 0

  /// Sees bytes that go past; those it has seen already count once.
  mutating func see(_ more: UnsafeRawBufferPointer, at offset: Int) {
    let new = unsafe more.dropFirst(max(0, end - offset))
    if end == start + bytes.count {
      unsafe bytes.append(contentsOf: new.prefix(max(0, Self.mostBytes - bytes.count)))
    }
    end = max(end, offset + more.count)
  }

  /// Forgets what stands before an offset, where a frame has ended.
  mutating func move(to offset: Int) {
    let dropped = min(max(0, offset - start), bytes.count)
    bytes.removeFirst(dropped)
    start = offset
    end = max(end, offset)
  }

  /// Starts over at another place.
  mutating func restart(at offset: Int) {
    bytes = []
    (start, end) = (offset, offset)
  }

  /// Whether what stands here is a tag of a kind that MPEG files have, or padding.
  var isTag: Bool {
    let marks = ["TAG", "ID3", "3DI", "APETAGEX", "LYRICSBEGIN"]
    return bytes.allSatisfy { $0 == 0 } || marks.contains { bytes.starts(with: $0.utf8) }
  }

  /// What is missing where no frame follows that ends at `offset`.
  func shortage(_ offset: Int) -> Damage.Shortage? {
    guard end > offset, start == offset, !isTag else { return nil }
    if let header = MPEGHeader(bytes), header.byteCount > end - offset {
      return .mark("within a frame")
    }
    // Less than a header, or what no frame begins with.
    let isHeader = bytes.count < 4 && bytes.first == 0xFF
    return .mark(isHeader ? "within a frame" : "in \(end - offset) bytes that are no frame")
  }
}
