import CLame

/// The names of texts in ID3v2 tags, and how LAME is given them.
enum ID3 {
  /// The frames of the usual texts, but for the comment, which is no text frame.
  static let keys: [String: AudioFileTags.Key] = [
    "TIT2": .title, "TCOP": .copyright, "TSSE": .software, "TENC": .software, "TPE1": .artist,
    "TDRC": .date, "TYER": .date, "TALB": .album, "TOWN": .license, "TRCK": .trackNumber,
    "TCON": .genre,
  ]

  /// The frames of other texts, by their names in FLAC and Ogg; the rest are in `TXXX`, with their
  /// own names.
  static let names: [String: String] = [
    "TPE2": "ALBUMARTIST", "TPE3": "CONDUCTOR", "TCOM": "COMPOSER", "TEXT": "LYRICIST",
    "TPOS": "DISCNUMBER", "TSRC": "ISRC", "TBPM": "BPM", "TPUB": "PUBLISHER", "TLAN": "LANGUAGE",
    "TKEY": "KEY", "TMOO": "MOOD", "TIT1": "GROUPING", "TIT3": "SUBTITLE", "TCMP": "COMPILATION",
    "TSOP": "ARTISTSORT", "TSOA": "ALBUMSORT", "TSOT": "TITLESORT", "TSOC": "COMPOSERSORT",
    "TSO2": "ALBUMARTISTSORT", "USLT": "LYRICS",
  ]

  /// The one picture that LAME writes: the front cover, or else the first, of a kind that it knows.
  static func cover(of tags: AudioFileTags) -> Picture? {
    let marks: [[UInt8]] = [[0xFF, 0xD8], [0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8)]
    let known = tags.pictures.filter { picture in marks.contains { picture.data.starts(with: $0) } }
    return known.first { $0.kind == 3 } ?? known.first
  }

  /// Corresponds to `id3tag_set_textinfo_utf16`.
  private static func set(_ tags: AudioFileTags, of encoder: OpaquePointer) {
    unsafe id3tag_init(encoder)
    unsafe id3tag_add_v2(encoder)
    for (key, text) in tags.all {
      switch key {
      case .comment:
        unsafe id3tag_set_comment_utf16(encoder, "eng", nil, utf16(text))
      case .date:
        // ID3v2.3 knows the year only, and readers of 2.4 the whole date.
        if text.utf16.count > 4 { unsafe id3tag_set_textinfo_utf16(encoder, "TDRC", utf16(text)) }
        unsafe id3tag_set_textinfo_utf16(encoder, "TYER", utf16(String(text.prefix(4))))
      default:
        guard let frame = frames[key] else { continue }
        unsafe id3tag_set_textinfo_utf16(encoder, frame, utf16(text))
      }
    }
    var used: Set<String> = []
    for comment in tags.comments {
      let name = comment.name.uppercased()
      // A frame holds one text.
      if let frame = namedFrames[name], used.insert(name).inserted {
        unsafe id3tag_set_textinfo_utf16(encoder, frame, utf16(comment.text))
      } else {
        unsafe id3tag_set_textinfo_utf16(encoder, "TXXX", utf16("\(comment.name)=\(comment.text)"))
      }
    }
    if let cover = cover(of: tags) {
      unsafe cover.data.withUnsafeBytes { bytes in
        _ = unsafe id3tag_set_albumart(
          encoder, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
      }
    }
  }

  /// The tag's bytes. Corresponds to `lame_get_id3v2_tag`.
  static func tag(_ tags: AudioFileTags, of encoder: OpaquePointer) -> [UInt8] {
    unsafe set(tags, of: encoder)
    var bytes = [UInt8](repeating: 0, count: Int(unsafe lame_get_id3v2_tag(encoder, nil, 0)))
    let byteCount = Int(unsafe lame_get_id3v2_tag(encoder, &bytes, bytes.count))
    if let cover = cover(of: tags) { state(kind: cover.kind, in: &bytes) }
    return Array(bytes.prefix(byteCount))
  }

  /// States a picture's kind, which LAME leaves at 0, in a tag of ID3v2.3.
  private static func state(kind: Int, in tag: inout [UInt8]) {
    var frame = 10
    while frame + 10 < tag.count, tag[frame] != 0 {
      let end = frame + 10 + Int(integer(tag, at: frame + 4, count: 4, isBigEndian: true))
      if fourCharacters(tag, at: frame) == "APIC", end <= tag.count,
        // After the text's encoding and the type, which a zero ends.
        let zero = tag[(frame + 11)..<end].firstIndex(of: 0), zero + 1 < end
      {
        tag[zero + 1] = UInt8(truncatingIfNeeded: kind)
      }
      frame = end
    }
  }

  private static let frames = Dictionary(
    keys.map { ($0.value, $0.key) }, uniquingKeysWith: { $0 == "TENC" ? $1 : $0 })

  /// Lyrics are no text frame.
  private static let namedFrames = Dictionary(
    uniqueKeysWithValues: names.filter { $0.key != "USLT" }.map { ($0.value, $0.key) })

  /// With a byte order mark and a zero at the end, as LAME demands.
  private static func utf16(_ text: String) -> [UInt16] {
    [0xFEFF] + text.utf16.prefix { $0 != 0 } + [0]
  }
}
