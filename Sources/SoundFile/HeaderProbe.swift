/// Detects a sound file's type from its first bytes. Compares as many bytes as the type fixes, so
/// that raw samples are never mistaken for a header.
enum HeaderProbe {
  enum Verdict: Equatable {
    case type(AudioFileType)
    /// An ID3v2 tag of `byteCount` bytes, before MPEG or another type.
    case tag(byteCount: Int)
    /// A header if there are `byteCount` bytes; if there are not, a truncated one.
    case needs(byteCount: Int)
    /// Perhaps a header if there are `byteCount` bytes, or anything else.
    case wants(byteCount: Int)
    /// A known kind of data that cannot be read, by its name.
    case foreign(String)
    case unknown
  }

  /// Judges the first bytes of a file or stream.
  static func judge(_ head: [UInt8]) -> Verdict {
    guard head.count >= 4 else { return .needs(byteCount: 4) }
    if let name = ForeignMark.judge(head) { return .foreign(name) }
    switch text(head, 0) {
    case "RIFF", "RIFX":
      return head.count < 12 ? .needs(byteCount: 12) : verdict(.wav, text(head, 8) == "WAVE")
    case "RF64", "BW64":
      return head.count < 12 ? .needs(byteCount: 12) : verdict(.rf64, text(head, 8) == "WAVE")
    case "FORM":
      return head.count < 12
        ? .needs(byteCount: 12) : verdict(.aiff, ["AIFF", "AIFC"].contains(text(head, 8)))
    case "riff":
      return head.count < 40
        ? .needs(byteCount: 40)
        : verdict(
          .w64, head[0..<16].elementsEqual(riffGUID) && head[24..<40].elementsEqual(waveGUID))
    case ".snd", "dns.":
      return head.count < 24 ? .needs(byteCount: 24) : verdict(.au, SunHeader(head) != nil)
    case "caff":
      return head.count < 12
        ? .needs(byteCount: 12)
        : verdict(.caf, head[4..<8].elementsEqual([0, 1, 0, 0]) && text(head, 8) == "desc")
    case "fLaC":
      // The first block must be STREAMINFO, of 34 bytes.
      return head.count < 8
        ? .needs(byteCount: 8)
        : verdict(.flac, head[4] & 0x7F == 0 && head[5..<8].elementsEqual([0, 0, 34]))
    case "OggS":
      // Version 0, and only the three flags that a page defines.
      return head.count < 6 ? .needs(byteCount: 6) : verdict(.ogg, head[4] == 0 && head[5] < 8)
    default:
      if text(head, 0).hasPrefix("ID3") { return tag(head) }
      if head[0] == 0xFF, head[1] >= 0xE0 { return frames(head) }
      let wanted = ForeignMark.wantedByteCount(head)
      return wanted > head.count ? .wants(byteCount: wanted) : .unknown
    }
  }

  /// Two frames of MPEG audio, or of AAC; one frame's mark is too short to be certain.
  private static func frames(_ head: [UInt8]) -> Verdict {
    if let first = MPEGHeader(head) {
      let end = first.byteCount
      guard head.count >= end + 4 else { return .wants(byteCount: end + 4) }
      return verdict(.mp3, MPEGHeader(head[end...]).map(first.goesWith) ?? false)
    }
    guard head[1] & 0xF6 == 0xF0 else { return .unknown }
    guard head.count >= 6 else { return .wants(byteCount: 6) }
    let size = (Int(head[3]) & 3) << 11 | Int(head[4]) << 3 | Int(head[5]) >> 5
    guard size > 7 else { return .unknown }
    guard head.count >= size + 2 else { return .wants(byteCount: size + 2) }
    return head[size] == 0xFF && head[size + 1] == head[1] ? .foreign("AAC") : .unknown
  }

  private static func verdict(_ type: AudioFileType, _ isSure: Bool) -> Verdict {
    isSure ? .type(type) : .unknown
  }

  private static func tag(_ head: [UInt8]) -> Verdict {
    guard head.count >= 10 else { return .needs(byteCount: 10) }
    guard (2...4).contains(head[3]), head[4] < 0xFF, head[6..<10].allSatisfy({ $0 < 0x80 }) else {
      return .unknown
    }
    let size = head[6..<10].reduce(0) { $0 << 7 | Int($1) }
    let footer = head[3] == 4 && head[5] & 0x10 != 0 ? 10 : 0
    return .tag(byteCount: 10 + size + footer)
  }

  private static func text(_ bytes: [UInt8], _ index: Int) -> String {
    fourCharacters(bytes, at: index)
  }

  private static let riffGUID: [UInt8] = [
    0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0,
  ]
  private static let waveGUID: [UInt8] = [
    0x77, 0x61, 0x76, 0x65, 0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A,
  ]
}

extension AudioFileType {
  /// The type that the first bytes of a file or stream prove, or nil.
  ///
  /// - Parameter head: The first bytes; 40 are enough for every type but MPEG, which needs an ID3v2
  ///   tag or two frames in a row. Ogg is `ogg`, whatever is inside.
  public static func probe(_ head: [UInt8]) -> AudioFileType? {
    switch HeaderProbe.judge(head) {
    case .type(let type): type
    case .tag: .mp3
    case .needs, .wants, .foreign, .unknown: nil
    }
  }
}

/// The four-character code at an index, each byte as a Latin-1 letter.
func fourCharacters(_ bytes: [UInt8], at index: Int) -> String {
  let code = bytes[index..<(index + 4)]
  // Much faster, and nearly always right.
  if code.allSatisfy({ $0 < 0x80 }) { return String(decoding: code, as: UTF8.self) }
  return String(String.UnicodeScalarView(code.map { Unicode.Scalar($0) }))
}

/// An unsigned integer of up to eight bytes.
func integer(_ bytes: [UInt8], at index: Int, count: Int, isBigEndian: Bool) -> UInt64 {
  let field = bytes[index..<(index + count)]
  return isBigEndian
    ? field.reduce(0) { $0 << 8 | UInt64($1) } : field.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
