/// The name of the codec inside a container, for the complaint that it cannot be read.
enum ContainedCodec {
  /// nil if the header does not name one, or names plain samples.
  static func name(in source: ByteSource) -> String? {
    guard let head = try? source.peek(at: 0, count: 12), head.count == 12 else { return nil }
    switch fourCharacters(head, at: 0) {
    case "RIFF", "RIFX", "RF64":
      let isBigEndian = head[3] == UInt8(ascii: "X")
      guard let fields = fields(of: "fmt ", source, isBigEndian), fields.count >= 2 else {
        return nil
      }
      return tags[Int(integer(fields, at: 0, count: 2, isBigEndian: isBigEndian))]
    case "FORM":
      guard let fields = fields(of: "COMM", source, true), fields.count >= 22 else { return nil }
      return fourCharacterName(fields, at: 18)
    case "caff":
      guard let fields = try? source.peek(at: 20, count: 12), fields.count == 12 else { return nil }
      return fourCharacterName(fields, at: 8)
    default: return nil
    }
  }

  private static func fields(
    of name: String, _ source: ByteSource, _ isBigEndian: Bool
  ) -> [UInt8]? {
    let chunks = try? ContainerLength.chunks(of: source, from: 12, isBigEndian: isBigEndian)
    guard let chunk = chunks?.first(where: { $0.name == name }) else { return nil }
    return try? source.peek(at: chunk.start, count: min(chunk.byteCount, 24))
  }

  private static func fourCharacterName(_ fields: [UInt8], at index: Int) -> String? {
    let code = fourCharacters(fields, at: index)
    if let name = codes[code] { return name }
    let isPlain = ["lpcm", "NONE", "sowt", "twos", "fl32", "FL32", "fl64", "FL64", "in24", "in32"]
    let isText = fields[index..<(index + 4)].allSatisfy { (0x20...0x7E).contains($0) }
    return isText && !isPlain.contains(code) ? "'\(code)'" : nil
  }

  /// By Microsoft's numbers.
  private static let tags: [Int: String] = [
    0x2: "Microsoft ADPCM", 0x5: "IBM CVSD", 0x10: "OKI ADPCM", 0x11: "IMA ADPCM",
    0x15: "Digistd", 0x17: "Dialogic ADPCM", 0x20: "Yamaha ADPCM", 0x22: "TrueSpeech",
    0x31: "GSM 6.10", 0x42: "G.723.1", 0x45: "G.726 ADPCM", 0x50: "MPEG layer I or II",
    0x55: "MPEG layer III", 0x64: "G.726 ADPCM", 0x65: "G.722 ADPCM", 0x69: "IMA ADPCM (Xbox)",
    0x70: "Lernout & Hauspie CELP", 0x75: "Voxware", 0x83: "G.729", 0x85: "Dolby AC-3",
    0xFF: "AAC", 0x111: "VivoActive G.723", 0x130: "Sipro ACELP", 0x160: "WMA", 0x161: "WMA",
    0x162: "WMA", 0x163: "WMA lossless", 0x200: "Creative ADPCM", 0x270: "Sony ATRAC3",
    0x674F: "Vorbis", 0x1600: "AAC", 0x1602: "AAC", 0x2000: "Dolby AC-3", 0x2001: "DTS",
    0x704F: "Opus", 0xA106: "AAC", 0xA109: "Speex", 0xF1AC: "FLAC",
  ]

  /// By Apple's four-character codes.
  private static let codes = [
    "alac": "ALAC", "aac ": "AAC", "ima4": "IMA ADPCM", "MAC3": "MACE 3:1", "MAC6": "MACE 6:1",
    "QDMC": "QDesign Music", "QDM2": "QDesign Music 2", "Qclp": "Qualcomm PureVoice",
    "agsm": "GSM 6.10", "GSM ": "GSM 6.10", ".mp3": "MPEG layer III", "ac-3": "Dolby AC-3",
    "opus": "Opus", "flac": "FLAC", "G722": "G.722 ADPCM", "G726": "G.726 ADPCM",
    "G723": "G.723 ADPCM", "ilbc": "iLBC", "samr": "AMR",
  ]
}
