import PCM

/// The header of a Core Audio file for writing.
struct CAFHeaderPlan: PlainHeader {
  private let front: [UInt8]

  /// nil for encodings that CAF lacks.
  init?(
    encoding: SampleEncoding, sampleRate: Double, channelCount: Int, layout: ChannelLayout? = nil,
    tags: AudioFileTags = AudioFileTags()
  ) {
    let name: String? =
      switch encoding {
      case .u8: nil
      case .ulaw: "ulaw"
      case .alaw: "alaw"
      default: "lpcm"
      }
    guard let name else { return nil }
    var header = HeaderBytes(isBigEndian: true)
    header.append(text: "caff")
    header.append(1 << 16, byteCount: 4)
    header.append(text: "desc")
    header.append(32, byteCount: 8)
    header.append(Int(bitPattern: UInt(sampleRate.bitPattern)), byteCount: 8)
    header.append(text: name)
    let isLittle = encoding.isBigEndian == false
    header.append((encoding.isFloat ? 1 : 0) | (isLittle ? 2 : 0), byteCount: 4)
    header.append(channelCount * encoding.byteCount, byteCount: 4)
    header.append(1, byteCount: 4)
    header.append(channelCount, byteCount: 4)
    header.append(8 * encoding.byteCount, byteCount: 4)
    if let layout {
      header.append(text: "chan")
      header.append(12, byteCount: 8)
      // "Use the bitmap", whose bits are WAV's.
      header.append(CAFHeader.bitmapLayout, byteCount: 4)
      header.append(Int(layout.mask), byteCount: 4)
      header.append(0, byteCount: 4)
    }
    let texts = tags.all.compactMap { tag in
      CAFHeader.names[tag.key].map { (name: $0, text: tag.text) }
    }
    if !texts.isEmpty {
      var strings: [UInt8] = []
      for (name, text) in texts { strings += Array(name.utf8) + [0] + Array(text.utf8) + [0] }
      header.append(text: "info")
      header.append(4 + strings.count, byteCount: 8)
      header.append(texts.count, byteCount: 4)
      header.append(bytes: strings)
    }
    front = header.bytes
  }

  /// An unknown length is -1.
  func bytes(dataByteCount: Int?) -> [UInt8] {
    var header = HeaderBytes(isBigEndian: true)
    header.append(bytes: front)
    header.append(text: "data")
    header.append(dataByteCount.map { $0 + 4 } ?? -1, byteCount: 8)
    // The edit count.
    header.append(0, byteCount: 4)
    return header.bytes
  }
}
