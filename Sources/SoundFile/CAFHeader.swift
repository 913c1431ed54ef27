import PCM

/// The header of Apple's Core Audio files with plain samples, in files and in pipes.
///
/// Parsed here because libsndfile refuses a file whose data is longer than the file, and one of
/// unknown length, which ffmpeg writes to a pipe.
struct CAFHeader {
  private let source: ByteSource
  private var format: Format?
  private var tags = AudioFileTags()
  private var layoutFields: [UInt8] = []

  /// The layout of plain samples, or nil if libsndfile must decode them.
  static func layout(of source: ByteSource) throws(AudioFileError) -> PlainLayout? {
    var header = CAFHeader(source: source)
    return try header.readLayout()
  }

  private init(source: ByteSource) { self.source = source }

  private mutating func readLayout() throws(AudioFileError) -> PlainLayout? {
    var position = 8
    for _ in 0..<Self.maxChunkCount {
      guard let chunk = try chunk(at: position) else {
        throw .malformed("caf header is cut short")
      }
      let body = position + 12
      switch chunk.name {
      case "desc":
        let fields = try source.peek(at: body, count: 32)
        guard fields.count == 32 else { throw .malformed("caf format is cut short") }
        format = Format(fields)
        if format?.encoding == nil { return nil }
      case "data":
        return try layout(dataStart: body + 4, byteCount: chunk.byteCount.map { max(0, $0 - 4) })
      case "info":
        try readTexts(at: body, byteCount: chunk.byteCount ?? 0)
      case "chan":
        layoutFields = try source.peek(at: body, count: min(chunk.byteCount ?? 0, 12))
      default: break
      }
      guard let byteCount = chunk.byteCount else { break }
      position = body + byteCount
      if position >= ByteSource.longestHead { try source.forgetHead(before: position) }
    }
    throw .malformed("caf has no data")
  }

  private func layout(
    dataStart: Int, byteCount: Int?
  ) throws(AudioFileError) -> PlainLayout? {
    guard let format, let encoding = format.encoding else {
      throw .malformed("caf has its data before its format")
    }
    var layout = PlainLayout(
      type: .caf, encoding: encoding, sampleRate: format.sampleRate,
      channelCount: format.channelCount, dataStart: dataStart, dataByteCount: byteCount)
    layout.tags = try tags(after: byteCount.map { dataStart + $0 })
    layout.layout = speakers(format.channelCount)
    return try layout.checked()
  }

  /// The speakers in a layout chunk, if they are in WAV's order.
  private func speakers(_ channelCount: Int) -> ChannelLayout? {
    guard layoutFields.count == 12 else { return nil }
    let tag = Int(integer(layoutFields, at: 0, count: 4, isBigEndian: true))
    let bitmap = UInt32(integer(layoutFields, at: 4, count: 4, isBigEndian: true))
    let mask = tag == Self.bitmapLayout ? bitmap : Self.layoutMasks[tag]
    return mask.flatMap { ChannelLayout(mask: $0, channelCount: channelCount) }
  }

  /// A chunk's name and length, or nil at the end; only the data chunk may have no length.
  private func chunk(at position: Int) throws(AudioFileError) -> (name: String, byteCount: Int?)? {
    let head = try source.peek(at: position, count: 12)
    guard head.count == 12 else { return nil }
    let size = integer(head, at: 4, count: 8, isBigEndian: true)
    return (fourCharacters(head, at: 0), size <= Self.maxChunkByteCount ? Int(size) : nil)
  }

  /// The texts so far, and those after the samples of a file.
  private func tags(after end: Int?) throws(AudioFileError) -> AudioFileTags {
    guard var position = end, let byteCount = source.byteCount else { return tags }
    var header = self
    for _ in 0..<Self.maxChunkCount {
      guard position < byteCount else { break }
      guard let chunk = try chunk(at: position), let size = chunk.byteCount else { break }
      if chunk.name == "info" { try header.readTexts(at: position + 12, byteCount: size) }
      position += 12 + size
    }
    return header.tags
  }

  private mutating func readTexts(at start: Int, byteCount: Int) throws(AudioFileError) {
    let bytes = try source.peek(at: start, count: min(byteCount, 1 << 20)).dropFirst(4)
    let texts = bytes.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    for index in stride(from: 0, to: texts.count - 1, by: 2) {
      if let key = Self.keys[texts[index].lowercased()] { tags[key] = texts[index + 1] }
    }
  }

  /// The layout is a bit mask, the same as WAV's. Corresponds to
  /// `kAudioChannelLayoutTag_UseChannelBitmap`.
  static let bitmapLayout = 1 << 16

  /// Core Audio's layout tags with channels in WAV's order: a number, and the channels.
  private static let layoutMasks: [Int: UInt32] = [
    100 << 16 | 1: 0x4, 101 << 16 | 2: 0x3, 108 << 16 | 4: 0x33, 113 << 16 | 3: 0x7,
    117 << 16 | 5: 0x37, 121 << 16 | 6: 0x3F, 126 << 16 | 8: 0xFF,
  ]
  private static let maxChunkCount = 10_000
  private static let maxChunkByteCount = UInt64(1) << 60
  private static let keys: [String: AudioFileTags.Key] = [
    "title": .title, "copyright": .copyright, "software": .software,
    "encoding application": .software, "artist": .artist, "comment": .comment,
    "comments": .comment, "date": .date, "recorded date": .date, "album": .album,
    "license": .license, "tracknumber": .trackNumber, "track number": .trackNumber,
    "genre": .genre,
  ]
  /// The names used for writing.
  static let names: [AudioFileTags.Key: String] = [
    .title: "title", .copyright: "copyright", .software: "encoding application",
    .artist: "artist", .comment: "comments", .date: "recorded date", .album: "album",
    .license: "license", .trackNumber: "track number", .genre: "genre",
  ]
}

extension CAFHeader {
  /// The desc chunk.
  private struct Format {
    let sampleRate: Double
    let channelCount: Int
    let encoding: SampleEncoding?

    init(_ fields: [UInt8]) {
      func number(_ index: Int) -> Int {
        Int(integer(fields, at: index, count: 4, isBigEndian: true))
      }
      sampleRate = Double(bitPattern: integer(fields, at: 0, count: 8, isBigEndian: true))
      channelCount = number(24)
      let bitCount = number(28)
      let isPlain =
        number(20) == 1 && bitCount % 8 == 0 && number(16) == channelCount * (bitCount / 8)
      let isFloat = number(12) & 1 != 0
      let isLittle = number(12) & 2 != 0
      encoding =
        switch (fourCharacters(fields, at: 8), isFloat, bitCount) {
        case _ where !isPlain: nil
        case ("lpcm", false, 8): .s8
        case ("lpcm", false, 16): isLittle ? .s16le : .s16be
        case ("lpcm", false, 24): isLittle ? .s24le : .s24be
        case ("lpcm", false, 32): isLittle ? .s32le : .s32be
        case ("lpcm", true, 32): isLittle ? .f32le : .f32be
        case ("lpcm", true, 64): isLittle ? .f64le : .f64be
        case ("ulaw", _, 8): .ulaw
        case ("alaw", _, 8): .alaw
        default: nil
        }
    }
  }
}
