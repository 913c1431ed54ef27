/// The position of the 24 bits of a sample in a little-endian word of four bytes: arecord leaves
/// them low, as in ALSA's S24_LE, while the WAV specification wants them high.
enum WordPacking {
  case low, high

  /// Low if every fourth byte is the sign of the other three. Waits for at most a few thousand
  /// samples of a pipe.
  static func of(
    _ source: ByteSource, at start: Int, byteCount: Int
  ) throws(AudioFileError) -> WordPacking {
    let limit = source.isSeekable ? 1 << 20 : 1 << 13
    let bytes = try source.peek(at: start, count: byteCount == 0 ? limit : min(limit, byteCount))
    let isLow = stride(from: 0, to: bytes.count - 3, by: 4).allSatisfy {
      bytes[$0 + 3] == (bytes[$0 + 2] >= 0x80 ? 0xFF : 0)
    }
    return isLow ? .low : .high
  }

  /// Keeps three bytes of each word, in place; returns the resulting number of bytes.
  func pack(_ words: UnsafeMutableRawBufferPointer) -> Int {
    let first = self == .low ? 0 : 1
    let count = words.count / 4
    for index in 0..<count {
      for byte in 0..<3 {
        unsafe words[3 &* index &+ byte] = words[4 &* index &+ first &+ byte]
      }
    }
    return 3 * count
  }
}
