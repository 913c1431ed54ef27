/// The codecs in an Ogg stream, from its first pages, each of which starts a stream.
enum OggContents: Equatable {
  case vorbis, opus, flac
  /// A codec that cannot be read, by its name.
  case foreign(String)

  /// Examines the head of a source that starts with a page.
  static func of(_ source: ByteSource) throws(AudioFileError) -> OggContents? {
    var position = 0
    var foreign: OggContents?
    for _ in 0..<100 {
      let header = try source.peek(at: position, count: 27)
      guard header.count == 27, header.starts(with: "OggS".utf8), header[5] & 2 != 0 else { break }
      let segments = try source.peek(at: position + 27, count: Int(header[26]))
      let body = position + 27 + segments.count
      let mark = try source.peek(at: body, count: 8)
      switch codec(mark) {
      case .foreign(let name)?: foreign = foreign ?? .foreign(name)
      case let known?: return known
      case nil: break
      }
      position = body + segments.reduce(0) { $0 + Int($1) }
    }
    return foreign
  }

  /// Whether another stream starts behind the first pages, by the headers of all pages.
  static func isChained(_ source: ByteSource) throws(AudioFileError) -> Bool {
    var position = 0
    var isAmongFirstPages = true
    while true {
      let header = try source.peek(at: position, count: 27)
      guard header.count == 27, header.starts(with: "OggS".utf8) else { return false }
      let isFirst = header[5] & 2 != 0
      if isFirst, !isAmongFirstPages { return true }
      isAmongFirstPages = isFirst
      let segments = try source.peek(at: position + 27, count: Int(header[26]))
      position += 27 + segments.reduce(segments.count) { $0 + Int($1) }
    }
  }

  private static func codec(_ mark: [UInt8]) -> OggContents? {
    let names: [(String, OggContents)] = [
      ("\u{1}vorbis", .vorbis), ("OpusHead", .opus), ("\u{7F}FLAC", .flac),
      ("Speex   ", .foreign("Speex")), ("\u{80}theora", .foreign("Theora")),
      ("PCM     ", .foreign("PCM")), ("CELT    ", .foreign("CELT")),
    ]
    if mark.starts(with: [0x80] + Array("theora".utf8)) { return .foreign("Theora") }
    return names.first { mark.starts(with: $0.0.utf8) }?.1
  }
}
