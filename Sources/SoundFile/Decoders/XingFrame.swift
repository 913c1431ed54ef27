/// The frame before the sound that counts the frames after it, as Xing and LAME write it.
enum XingFrame {
  /// Whether more MPEG frames start where the counted ones end, as in files joined with cat.
  ///
  /// - Parameter start: The offset of the first frame of sound.
  static func isFollowed(in source: ByteSource, before start: Int) throws(AudioFileError) -> Bool {
    let from = max(0, start - longestFrame)
    let bytes = try source.peek(at: from, count: start - from)
    guard let (frame, mark) = find(bytes) else { return false }
    // Flags, then the frames if bit 0 is set, then the bytes if bit 1 is.
    let flags = integer(bytes, at: mark + 4, count: 4, isBigEndian: true)
    let place = mark + 8 + (flags & 1 == 0 ? 0 : 4)
    guard flags & 2 != 0, place + 4 <= bytes.count else { return false }
    var end = from + frame + Int(integer(bytes, at: place, count: 4, isBigEndian: true))
    if case .tag(let count) = HeaderProbe.judge(try source.peek(at: end, count: 10)) {
      end += count
    }
    let header = try source.peek(at: end, count: 4)
    guard let first = MPEGHeader(header),
      let second = MPEGHeader(try source.peek(at: end + first.byteCount, count: 4))
    else { return false }
    return first.goesWith(second)
  }

  private static func find(_ bytes: [UInt8]) -> (frame: Int, mark: Int)? {
    guard bytes.count > 16 else { return nil }
    for mark in 0..<(bytes.count - 16) {
      let code = bytes[mark..<(mark + 4)]
      guard code.elementsEqual("Xing".utf8) || code.elementsEqual("Info".utf8) else { continue }
      // After the header and the side information, whose length depends on both.
      for distance in [36, 21, 13] where distance <= mark {
        if MPEGHeader(bytes[(mark - distance)...]) != nil { return (mark - distance, mark) }
      }
    }
    return nil
  }

  private static let longestFrame = 4096
}
