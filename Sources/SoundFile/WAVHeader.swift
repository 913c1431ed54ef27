import PCM

/// The header of WAV, RF64 and BW64 with plain samples, in files and in pipes.
///
/// Parsed here because libsndfile stops a WAV of unknown length at 4 GiB and cannot read RF64 from
/// a pipe.
struct WAVHeader {
  private let source: ByteSource
  private let isBigEndian: Bool
  private let isRF64: Bool
  private let riffByteCount: Int
  private var longDataByteCount: Int?
  private var format: Format?
  private var tags = AudioFileTags()
  private var origination: [UInt8] = []

  /// The layout of plain samples, or nil if libsndfile must decode them.
  static func layout(of source: ByteSource) throws(AudioFileError) -> PlainLayout? {
    var header = try WAVHeader(source)
    return try header.readLayout()
  }

  private init(_ source: ByteSource) throws(AudioFileError) {
    let head = try source.peek(at: 0, count: 12)
    self.source = source
    isBigEndian = head[3] == UInt8(ascii: "X")
    isRF64 = ["RF64", "BW64"].contains(fourCharacters(head, at: 0))
    riffByteCount = Int(integer(head, at: 4, count: 4, isBigEndian: isBigEndian))
  }

  private mutating func readLayout() throws(AudioFileError) -> PlainLayout? {
    var position = 12
    for _ in 0..<Self.maxChunkCount {
      let chunk = try source.peek(at: position, count: 8)
      guard chunk.count == 8 else {
        throw .malformed(
          format == nil ? "wav header is cut short" : "wav header is cut short before its data")
      }
      let size = number(chunk, 4, 4)
      let body = position + 8
      switch fourCharacters(chunk, at: 0) {
      case "data":
        guard let format else { throw .malformed("wav has its data before its format") }
        return try layout(format, dataStart: body, size: size)
      case "ds64": try readSizes(try source.peek(at: body, count: min(size, 28)))
      case "fmt ":
        let fields = try source.peek(at: body, count: min(size, 40))
        guard fields.count >= 16 else { throw .malformed("wav format is cut short") }
        format = Format(fields, isBigEndian: isBigEndian)
      case "LIST": try readTexts(at: body, byteCount: size)
      case "bext":
        origination = try source.peek(at: body, count: min(size, Origination.chunkByteCount))
      default: break
      }
      position = body + size + size & 1
      if position >= ByteSource.longestHead { try source.forgetHead(before: position) }
    }
    throw .malformed("wav header has no data among its first \(Self.maxChunkCount) chunks")
  }

  private func layout(
    _ format: Format, dataStart: Int, size: Int
  ) throws(AudioFileError) -> PlainLayout? {
    var layout = PlainLayout(
      type: isRF64 ? .rf64 : .wav, encoding: .u8, sampleRate: Double(format.sampleRate),
      channelCount: format.channelCount, dataStart: dataStart, tags: tags)
    layout = try layout.checked()
    if let encoding = format.encoding {
      layout.encoding = encoding
    } else if format.has24BitsInWords {
      layout.encoding = .s24le
      layout.packing = try WordPacking.of(source, at: dataStart, byteCount: size)
    } else {
      return nil
    }
    layout.layout = ChannelLayout(mask: format.mask, channelCount: format.channelCount)
    layout.origination = Origination(
      origination, sampleRate: layout.sampleRate, isBigEndian: isBigEndian)
    layout.dataByteCount = try dataByteCount(saying: size, from: dataStart)
    if let count = layout.dataByteCount {
      layout.tags = try tags(after: dataStart + count + count & 1) ?? tags
    }
    return layout
  }

  /// The length of the data in bytes, or nil if it continues to the end.
  ///
  /// A program that writes to a pipe does not know it, and writes 0, 0x7FFFF000 (sox), 2 GiB
  /// (arecord) or 0xFFFFFFFF (ffmpeg), or a little less. In a file, such a length counts only if
  /// well-formed chunks follow.
  private func dataByteCount(saying size: Int, from start: Int) throws(AudioFileError) -> Int? {
    if isRF64, size == 0xFFFF_FFFF, let long = longDataByteCount {
      // Only an unfinished file has a ds64 chunk without lengths.
      return (1...Self.maxDataByteCount).contains(long) ? long : nil
    }
    if size == 0 {
      let end = riffByteCount + 8
      let isEmpty = end > start && end < Self.unknownLength && end <= (source.byteCount ?? .max)
      return isEmpty ? 0 : nil
    }
    guard size >= Self.unknownLength else { return size }
    let end = start + size + size & 1
    guard let byteCount = source.byteCount, end <= byteCount else { return nil }
    return try chunksFill(from: end, to: byteCount) ? size : nil
  }

  private func chunksFill(from start: Int, to end: Int) throws(AudioFileError) -> Bool {
    var position = start
    for _ in 0..<Self.maxChunkCount {
      guard position + 8 <= end else { break }
      guard let size = try chunk(at: position)?.byteCount else { return false }
      position += 8 + size + size & 1
    }
    return position == end || position == end + 1
  }

  /// The chunk at a position in a file, or nil if there is none or its name is invalid.
  private func chunk(at position: Int) throws(AudioFileError) -> (name: String, byteCount: Int)? {
    let head = try source.peek(at: position, count: 8)
    guard head.count == 8, head[0..<4].allSatisfy({ (0x20...0x7E).contains($0) }) else {
      return nil
    }
    return (fourCharacters(head, at: 0), number(head, 4, 4))
  }

  private mutating func readSizes(_ fields: [UInt8]) throws(AudioFileError) {
    guard fields.count >= 16 else { throw .malformed("rf64 sizes are cut short") }
    longDataByteCount = number(fields, 8, 8)
  }

  private func number(_ bytes: [UInt8], _ index: Int, _ count: Int) -> Int {
    Int(truncatingIfNeeded: integer(bytes, at: index, count: count, isBigEndian: isBigEndian))
  }

  static let unknownLength = 0x7F00_0000
  private static let maxDataByteCount = 1 << 60
  private static let maxChunkCount = 10_000
}

extension WAVHeader {
  /// The texts of a LIST chunk of type INFO.
  private mutating func readTexts(at start: Int, byteCount: Int) throws(AudioFileError) {
    let list = try source.peek(at: start, count: min(byteCount, Self.maxTextByteCount))
    guard list.count >= 4, fourCharacters(list, at: 0) == "INFO" else { return }
    var index = 4
    while index + 8 <= list.count {
      let size = number(list, index + 4, 4)
      let end = min(index + 8 + size, list.count)
      if let key = Self.keys[fourCharacters(list, at: index)], tags[key] == nil {
        let text = list[(index + 8)..<end].prefix { $0 != 0 }
        tags[key] = String(decoding: text, as: UTF8.self)
      }
      index += 8 + size + size & 1
    }
  }

  /// The texts in a file, with those after the samples; nil in a pipe.
  private func tags(after end: Int) throws(AudioFileError) -> AudioFileTags? {
    guard let byteCount = source.byteCount else { return nil }
    var header = self
    var position = end
    for _ in 0..<Self.maxChunkCount {
      guard position + 8 <= byteCount, let chunk = try chunk(at: position) else { break }
      if chunk.name == "LIST" {
        try header.readTexts(at: position + 8, byteCount: chunk.byteCount)
      }
      position += 8 + chunk.byteCount + chunk.byteCount & 1
    }
    return header.tags
  }

  private static let maxTextByteCount = 1 << 20
  private static let keys: [String: AudioFileTags.Key] = [
    "INAM": .title, "ICOP": .copyright, "ISFT": .software, "IART": .artist, "ICMT": .comment,
    "ICRD": .date, "IPRD": .album, "ITRK": .trackNumber, "IGNR": .genre,
  ]
  static let names = Dictionary(uniqueKeysWithValues: keys.map { ($0.value, $0.key) })
}

extension WAVHeader {
  /// The fmt chunk.
  struct Format {
    let channelCount: Int
    let sampleRate: Int
    /// The speakers, or 0 if unknown.
    let mask: UInt32
    private let tag: Int
    private let bitCount: Int
    private let bytesPerFrame: Int
    private let isBigEndian: Bool

    init(_ fields: [UInt8], isBigEndian: Bool) {
      func number(_ index: Int, _ count: Int) -> Int {
        Int(integer(fields, at: index, count: count, isBigEndian: isBigEndian))
      }
      let isExtensible = number(0, 2) == 0xFFFE && fields.count >= 40
      // The sub-format is a GUID that starts with the traditional tag.
      tag = isExtensible && number(26, 2) == 0 ? number(24, 2) : number(0, 2)
      mask = isExtensible ? UInt32(truncatingIfNeeded: number(20, 4)) : 0
      channelCount = number(2, 2)
      sampleRate = number(4, 4)
      bytesPerFrame = number(12, 2)
      bitCount = number(14, 2)
      self.isBigEndian = isBigEndian
    }

    /// Whether each 24-bit sample is stored in a word of four bytes, as arecord writes S24_LE.
    var has24BitsInWords: Bool {
      tag == 1 && bitCount == 24 && bytesPerFrame == 4 * channelCount && !isBigEndian
    }

    /// The encoding of plain samples, or nil for codecs and for inconsistent sizes, which
    /// libsndfile may guess.
    var encoding: SampleEncoding? {
      guard bitCount % 8 == 0, bytesPerFrame == channelCount * (bitCount / 8) else { return nil }
      return switch (tag, bitCount) {
      case (1, 8): .u8
      case (1, 16): isBigEndian ? .s16be : .s16le
      case (1, 24): isBigEndian ? .s24be : .s24le
      case (1, 32): isBigEndian ? .s32be : .s32le
      case (3, 32): isBigEndian ? .f32be : .f32le
      case (3, 64): isBigEndian ? .f64be : .f64le
      case (6, 8): .alaw
      case (7, 8): .ulaw
      default: nil
      }
    }
  }
}
