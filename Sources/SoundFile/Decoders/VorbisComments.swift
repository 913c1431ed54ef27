extension AudioFileTags {
  /// Adds `NAME=text`, as in FLAC, Vorbis and Opus; the first of a known name is the text.
  mutating func add(comment bytes: UnsafeRawBufferPointer) {
    guard let equals = unsafe bytes.firstIndex(of: UInt8(ascii: "=")) else { return }
    let name = unsafe String(decoding: bytes[..<equals], as: UTF8.self)
    let value = unsafe UnsafeRawBufferPointer(rebasing: bytes[(equals + 1)...])
    switch name.lowercased() {
    case "metadata_block_picture":
      let block = unsafe Base64.bytes(of: value)
      if let picture = block.flatMap(Picture.init(block:)) { pictures.append(picture) }
      return
    case "waveformatextensible_channel_mask":
      let digits = unsafe String(decoding: value, as: UTF8.self).lowercased()
      channelMask = UInt32(digits.hasPrefix("0x") ? digits.dropFirst(2) : digits[...], radix: 16)
      return
    default: break
    }
    let text = unsafe String(decoding: value, as: UTF8.self)
    if let key = Self.commentKeys[name.lowercased()], self[key] == nil {
      self[key] = text
    } else {
      comments.append(Comment(name: name, text: text))
    }
  }

  /// The comments of a file being written: names and texts, without pictures.
  var vorbisComments: [Comment] {
    all.map { Comment(name: $0.key.vorbisName, text: $0.text) } + comments
  }

  private static let commentKeys: [String: Key] = [
    "title": .title, "copyright": .copyright, "software": .software, "encoder": .software,
    "artist": .artist, "comment": .comment, "description": .comment, "date": .date,
    "album": .album, "license": .license, "tracknumber": .trackNumber, "genre": .genre,
  ]
}

extension AudioFileTags.Key {
  /// The field's name in a Vorbis comment.
  var vorbisName: String {
    switch self {
    case .title: "TITLE"
    case .copyright: "COPYRIGHT"
    case .software: "SOFTWARE"
    case .artist: "ARTIST"
    case .comment: "COMMENT"
    case .date: "DATE"
    case .album: "ALBUM"
    case .license: "LICENSE"
    case .trackNumber: "TRACKNUMBER"
    case .genre: "GENRE"
    }
  }
}
