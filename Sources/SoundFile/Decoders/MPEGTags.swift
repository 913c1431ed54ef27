import CMpg123

/// The texts and pictures of ID3 tags: the tag before the sound and, in a file, the short one after it.
enum MPEGTags {
  /// Corresponds to `mpg123_id3`.
  static func of(_ handle: OpaquePointer, _ source: ByteSource) -> AudioFileTags {
    var tags = AudioFileTags()
    var old: UnsafeMutablePointer<mpg123_id3v1>?
    var new: UnsafeMutablePointer<mpg123_id3v2>?
    unsafe mpg123_id3(handle, &old, &new)
    if let new = unsafe new { unsafe add(new.pointee, to: &tags) }
    addShortTag(of: source, to: &tags)
    return tags
  }

  private static func add(_ tag: mpg123_id3v2, to tags: inout AudioFileTags) {
    for index in 0..<Int(unsafe tag.texts) {
      let entry = unsafe tag.text[index]
      let frame = unsafe withUnsafeBytes(of: entry.id) {
        unsafe String(decoding: $0, as: UTF8.self)
      }
      // The length in milliseconds and the parts of a date are no texts.
      guard !["TLEN", "TDAT", "TIME"].contains(frame) else { continue }
      for text in unsafe texts(entry.text) { add(text, frame, to: &tags) }
    }
    if let comment = unsafe tag.comment { tags[.comment] = unsafe texts(comment.pointee).first }
    tags[.genre] = tags[.genre].map(genre)
    for index in 0..<Int(unsafe tag.comments) {
      unsafe add(described: tag.comment_list[index], to: &tags)
    }
    for index in 0..<Int(unsafe tag.extras) { unsafe add(described: tag.extra[index], to: &tags) }
    for index in 0..<Int(unsafe tag.pictures) {
      let picture = unsafe tag.picture[index]
      tags.pictures.append(
        Picture(
          kind: Int(UInt8(bitPattern: unsafe picture.type)),
          mimeType: unsafe texts(picture.mime_type).first ?? "",
          caption: unsafe texts(picture.description).first ?? "", width: 0, height: 0, depth: 0,
          colorCount: 0,
          data: unsafe Array(UnsafeBufferPointer(start: picture.data, count: picture.size))))
    }
  }

  private static func add(_ text: String, _ frame: String, to tags: inout AudioFileTags) {
    guard let key = ID3.keys[frame] else {
      tags.comments.append(.init(name: ID3.names[frame] ?? frame, text: text))
      return
    }
    // A year beside the whole date, or another program's name, is nothing more.
    let isDate = key == .date && (tags[.date] ?? "").utf8.count < text.utf8.count
    if tags[key] == nil || isDate {
      tags[key] = text
    } else if key != .date, key != .software {
      tags.comments.append(.init(name: key.vorbisName, text: text))
    }
  }

  /// Adds a text that states its own name.
  private static func add(described entry: mpg123_text, to tags: inout AudioFileTags) {
    guard let name = unsafe texts(entry.description).first,
      let text = unsafe texts(entry.text).first
    else { return }
    tags.comments.append(.init(name: name, text: text))
  }

  /// The texts in one, which zeros separate.
  private static func texts(_ string: mpg123_string) -> [String] {
    guard let start = unsafe string.p, unsafe string.fill > 0 else { return [] }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(string.fill))
    return unsafe bytes.split(separator: 0).map { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The last 128 bytes: texts of fixed length, in Latin-1 by the specification and UTF-8 by
  /// custom.
  private static func addShortTag(of source: ByteSource, to tags: inout AudioFileTags) {
    guard let byteCount = source.byteCount, byteCount >= 128,
      let bytes = try? source.peek(at: byteCount - 128, count: 128), bytes.count == 128,
      bytes.starts(with: "TAG".utf8)
    else { return }
    let fields: [(AudioFileTags.Key, Range<Int>)] = [
      (.title, 3..<33), (.artist, 33..<63), (.album, 63..<93), (.date, 93..<97),
      (.comment, bytes[125] == 0 && bytes[126] != 0 ? 97..<125 : 97..<127),
    ]
    for (key, range) in fields where tags[key] == nil {
      let field = bytes[range].prefix { $0 != 0 }
      let text =
        String(validating: field, as: UTF8.self)
        ?? String(String.UnicodeScalarView(field.map { Unicode.Scalar($0) }))
      let end = text.lastIndex { $0 != " " }
      if let end { tags[key] = String(text[...end]) }
    }
    if bytes[125] == 0, bytes[126] != 0, tags[.trackNumber] == nil {
      tags[.trackNumber] = String(bytes[126])
    }
    if tags[.genre] == nil, Int(bytes[127]) < genres.count {
      tags[.genre] = genres[Int(bytes[127])]
    }
  }

  /// `17` and `(17)` are numbers in a list.
  private static func genre(_ text: String) -> String {
    let digits = text.hasPrefix("(") ? text.dropFirst().prefix { $0 != ")" } : text[...]
    guard let number = Int(digits), genres.indices.contains(number) else { return text }
    return genres[number]
  }

  /// The genres of the ID3v1 specification, by number.
  private static let genres = [
    "Blues", "Classic Rock", "Country", "Dance", "Disco", "Funk", "Grunge", "Hip-Hop", "Jazz",
    "Metal", "New Age", "Oldies", "Other", "Pop", "R&B", "Rap", "Reggae", "Rock", "Techno",
    "Industrial", "Alternative", "Ska", "Death Metal", "Pranks", "Soundtrack", "Euro-Techno",
    "Ambient", "Trip-Hop", "Vocal", "Jazz+Funk", "Fusion", "Trance", "Classical", "Instrumental",
    "Acid", "House", "Game", "Sound Clip", "Gospel", "Noise", "Alternative Rock", "Bass", "Soul",
    "Punk", "Space", "Meditative", "Instrumental Pop", "Instrumental Rock", "Ethnic", "Gothic",
    "Darkwave", "Techno-Industrial", "Electronic", "Pop-Folk", "Eurodance", "Dream",
    "Southern Rock", "Comedy", "Cult", "Gangsta", "Top 40", "Christian Rap", "Pop/Funk", "Jungle",
    "Native American", "Cabaret", "New Wave", "Psychedelic", "Rave", "Showtunes", "Trailer",
    "Lo-Fi", "Tribal", "Acid Punk", "Acid Jazz", "Polka", "Retro", "Musical", "Rock & Roll",
    "Hard Rock",
  ]
}
