extension AudioFileTags {
  /// Takes `NAME=text`, as FLAC, Vorbis and Opus have it; the first of a name counts.
  mutating func add(comment bytes: UnsafeRawBufferPointer) {
    guard let equals = unsafe bytes.firstIndex(of: UInt8(ascii: "=")) else { return }
    let name = unsafe String(decoding: bytes[..<equals], as: UTF8.self).lowercased()
    guard let key = Self.commentKeys[name], self[key] == nil else { return }
    let text = unsafe String(decoding: bytes[(equals + 1)...], as: UTF8.self)
    self[key] = text
  }

  private static let commentKeys: [String: Key] = [
    "title": .title, "copyright": .copyright, "software": .software, "encoder": .software,
    "artist": .artist, "comment": .comment, "description": .comment, "date": .date,
    "album": .album, "license": .license, "tracknumber": .trackNumber, "genre": .genre,
  ]
}
