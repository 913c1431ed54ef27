/// Recognises data that this library cannot read by its first bytes, to name it and never play it
/// as noise.
enum ForeignMark {
  /// How many bytes would decide, if the first ones may be the start of a mark.
  static func wantedByteCount(_ head: [UInt8]) -> Int {
    if head.starts(with: [0, 0, 0]) { return 8 }
    if head.starts(with: "<!".utf8) || head.starts(with: "<h".utf8) || head.starts(with: "<H".utf8)
    {
      return 14
    }
    let longer = marks.first { $0.0.count > head.count && $0.0.starts(with: head) }
    return longer?.0.count ?? 0
  }

  /// The kind of data, or nil if it may be anything.
  static func judge(_ head: [UInt8]) -> String? {
    if head.count >= 8, head[4..<8].elementsEqual("ftyp".utf8) { return "MP4" }
    for (mark, name) in marks where head.starts(with: mark) { return name }
    if head.count >= 12, head.starts(with: "RIFF".utf8) {
      return riffs[String(decoding: head[8..<12], as: UTF8.self)]
    }
    let text = String(decoding: head.prefix(14), as: UTF8.self).lowercased()
    return text.hasPrefix("<!doctype html") || text.hasPrefix("<html") ? "HTML" : nil
  }

  private static let marks: [([UInt8], String)] = [
    ([0x1A, 0x45, 0xDF, 0xA3], "Matroska or WebM"),
    ([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], "ASF (WMA)"),
    (Array("MAC ".utf8), "Monkey's Audio (APE)"), (Array("wvpk".utf8), "WavPack"),
    (Array("MPCK".utf8), "Musepack"), (Array("MP+".utf8), "Musepack"),
    (Array("TTA1".utf8), "True Audio (TTA)"), (Array("DSD ".utf8), "DSF"),
    (Array("FRM8".utf8), "DSDIFF"), (Array("#!AMR".utf8), "AMR"), (Array("ADIF".utf8), "AAC"),
    (Array(".RMF".utf8), "RealMedia"), (Array("FLV\u{1}".utf8), "Flash Video"),
    (Array(".SoX".utf8), "SoX"), (Array("XoS.".utf8), "SoX"),
    (Array("MThd".utf8), "MIDI"), ([0x89, 0x50, 0x4E, 0x47], "PNG"),
    ([0xFF, 0xD8, 0xFF, 0xE0], "JPEG"), ([0xFF, 0xD8, 0xFF, 0xE1], "JPEG"),
    (Array("GIF8".utf8), "GIF"), (Array("%PDF".utf8), "PDF"),
    ([0x50, 0x4B, 3, 4], "ZIP"), (Array("Rar!".utf8), "RAR"),
    ([0x37, 0x7A, 0xBC, 0xAF], "7-Zip"), ([0x1F, 0x8B, 8], "gzip"),
    ([0xFD, 0x37, 0x7A, 0x58], "xz"), (Array("BZh".utf8), "bzip2"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0x7F, 0x45, 0x4C, 0x46], "ELF"),
    ([0, 0, 1, 0xBA], "MPEG video"), ([0, 0, 1, 0xB3], "MPEG video"),
  ]

  private static let riffs = ["AVI ": "AVI", "WEBP": "WebP", "RMID": "MIDI", "sfbk": "SoundFont"]
}
