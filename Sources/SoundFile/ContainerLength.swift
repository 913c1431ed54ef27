/// How many frames the header of a container promises. libsndfile reads such files, but only
/// reports the frames that are there.
struct ContainerLength {
  /// Frames that the header promises, or nil.
  var promisedFrameCount: Int?
  /// An upper limit of the frames in the data: a truncated block of a codec has fewer than
  /// libsndfile makes of it.
  var presentFrameCount: Int?

  static func of(_ source: ByteSource) throws(AudioFileError) -> ContainerLength {
    let head = try source.peek(at: 0, count: 24)
    guard head.count >= 12 else { return ContainerLength() }
    switch fourCharacters(head, at: 0) {
    case "RIFF", "RIFX", "RF64": return try CodedWAVLength.of(source)
    case "FORM":
      let chunks = try chunks(of: source, from: 12, isBigEndian: true)
      return ContainerLength(
        promisedFrameCount: try fourCharacters(head, at: 8).hasPrefix("AIF")
          ? aiffFrames(source, chunks) : svxFrames(source, chunks))
    case "riff": return ContainerLength(promisedFrameCount: try w64Frames(source))
    case "NIST": return ContainerLength(promisedFrameCount: try nistFrames(source))
    case "2BIT": return ContainerLength(promisedFrameCount: try avrFrames(source))
    default: return ContainerLength()
    }
  }

  /// A length, or nil if it was never filled in: 0, or longer than any recording.
  static func believed(_ count: Int) -> Int? {
    (1..<WAVHeader.unknownLength).contains(count) ? count : nil
  }

  typealias Chunk = (name: String, start: Int, byteCount: Int)

  /// The chunks, as far as their headers are there.
  static func chunks(
    of source: ByteSource, from start: Int, isBigEndian: Bool
  ) throws(AudioFileError) -> [Chunk] {
    var chunks: [Chunk] = []
    var position = start
    while chunks.count < 1000, source.isSeekable || position < ByteSource.longestHead / 2 {
      let head = try source.peek(at: position, count: 8)
      guard head.count == 8 else { break }
      let size = Int(integer(head, at: 4, count: 4, isBigEndian: isBigEndian))
      chunks.append((fourCharacters(head, at: 0), position + 8, size))
      // In a pipe, data after the sound has not arrived yet.
      if ["SSND", "BODY", "data"].contains(chunks.last?.name), !source.isSeekable { break }
      position += 8 + size + size & 1
    }
    return chunks
  }

  private static func aiffFrames(
    _ source: ByteSource, _ chunks: [Chunk]
  ) throws(AudioFileError) -> Int? {
    guard let common = chunks.first(where: { $0.name == "COMM" }),
      chunks.contains(where: { $0.name == "SSND" })
    else { return nil }
    let fields = try source.peek(at: common.start, count: min(22, common.byteCount))
    guard fields.count >= 18 else { return nil }
    let count = Int(integer(fields, at: 2, count: 4, isBigEndian: true))
    // This codec's frames are counted in packets of 64.
    let isPacked = fields.count == 22 && fourCharacters(fields, at: 18) == "ima4"
    let frameSize =
      Int(integer(fields, at: 0, count: 2, isBigEndian: true))
      * max(1, (Int(integer(fields, at: 6, count: 2, isBigEndian: true)) + 7) / 8)
    // Who writes to a pipe fills in a number of bytes, such as 0x7F000000, in frames.
    guard believed(count * frameSize + frameSize - 1) != nil else { return nil }
    return believed(count).map { isPacked ? 64 * $0 : $0 }
  }

  private static func svxFrames(
    _ source: ByteSource, _ chunks: [Chunk]
  ) throws(AudioFileError) -> Int? {
    guard let body = chunks.first(where: { $0.name == "BODY" }),
      let head = chunks.first(where: { $0.name == "VHDR" })
    else { return nil }
    let type = fourCharacters(try source.peek(at: 8, count: 4), at: 0)
    var hasTwo = false
    if let channels = chunks.first(where: { $0.name == "CHAN" }) {
      hasTwo = try source.peek(at: channels.start, count: 4) == [0, 0, 0, 6]
    }
    let coding = try source.peek(at: head.start + 15, count: 1)
    guard coding == [0] else { return nil }
    return believed(body.byteCount).map { $0 / (type == "16SV" ? 2 : 1) / (hasTwo ? 2 : 1) }
  }

  /// A chunk has a GUID of 16 bytes and a length of 8, which includes these 24 bytes, and is
  /// aligned to 8 bytes.
  private static func w64Frames(_ source: ByteSource) throws(AudioFileError) -> Int? {
    var position = 40
    var format: [UInt8] = []
    for _ in 0..<1000 {
      let head = try source.peek(at: position, count: 24)
      guard head.count == 24 else { return nil }
      let size = Int(clamping: integer(head, at: 16, count: 8, isBigEndian: false))
      guard size >= 24, size < 1 << 60 else { return nil }
      switch fourCharacters(head, at: 0) {
      case "fmt ": format = try source.peek(at: position + 24, count: min(size - 24, 16))
      case "data":
        guard format.count == 16 else { return nil }
        let align = Int(integer(format, at: 12, count: 2, isBigEndian: false))
        let tag = Int(integer(format, at: 0, count: 2, isBigEndian: false))
        return [1, 3, 6, 7, 0xFFFE].contains(tag) && align > 0 && size > 24
          ? (size - 24) / align : nil
      default: break
      }
      position += (size + 7) & ~7
    }
    return nil
  }

  private static func nistFrames(_ source: ByteSource) throws(AudioFileError) -> Int? {
    let text = String(decoding: try source.peek(at: 0, count: 1024), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("sample_count ") {
      return line.split(separator: " ").last.flatMap { Int($0) }.flatMap(believed)
    }
    return nil
  }

  private static func avrFrames(_ source: ByteSource) throws(AudioFileError) -> Int? {
    let fields = try source.peek(at: 0, count: 30)
    guard fields.count == 30 else { return nil }
    return believed(Int(integer(fields, at: 26, count: 4, isBigEndian: true)))
  }
}
