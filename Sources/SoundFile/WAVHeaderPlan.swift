import PCM

/// The header of a WAV or RF64 file or stream for writing.
///
/// The plain header that every reader knows, of 44 bytes if that is enough; extensible only if more
/// than two channels or their speakers need it.
struct WAVHeaderPlan: PlainHeader {
  /// The behaviour of a file beyond 4 GiB.
  enum Growth {
    /// It ends there: the length cannot exceed it, or the output is a stream of unknown length.
    case none
    /// It becomes RF64; the header reserves room.
    case toRF64
    /// It is RF64 from the start.
    case isRF64
  }

  /// Whether the header states the first frame's capture time.
  enum OriginationField {
    case absent
    /// The header reserves room for a time known with the first frame.
    case reserved
    case known(Origination)
  }

  private let tag: Int
  private let sampleByteCount: Int
  private let sampleRate: Int
  private let channelCount: Int
  private let mask: UInt32
  private let isExtensible: Bool
  private let growth: Growth
  private let texts: [UInt8]
  private var origination: OriginationField

  /// nil for encodings that WAV lacks.
  init?(
    encoding: SampleEncoding, sampleRate: Int, channelCount: Int, layout: ChannelLayout? = nil,
    growth: Growth = .none, tags: AudioFileTags = AudioFileTags(),
    origination: OriginationField = .absent
  ) {
    switch encoding {
    case .u8, .s16le, .s24le, .s32le: tag = 1
    case .f32le, .f64le: tag = 3
    case .alaw: tag = 6
    case .ulaw: tag = 7
    default: return nil
    }
    sampleByteCount = encoding.byteCount
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    let isUsual = layout == nil || layout == .standard(channelCount)
    isExtensible = channelCount > 2 || !isUsual
    mask = layout?.mask ?? 0
    self.growth = growth
    texts = Self.listChunk(of: tags)
    self.origination = origination
  }

  var pads: Bool { true }

  var largestDataByteCount: Int? {
    switch growth {
    case .none: (0xFFFF_FFFF - bytes(dataByteCount: nil).count) & ~1
    case .toRF64, .isRF64: nil
    }
  }

  mutating func setOrigination(_ origination: Origination) {
    if case .absent = self.origination { return }
    self.origination = .known(origination)
  }

  /// An unknown length is 0xFFFFFFFF.
  func bytes(dataByteCount: Int?) -> [UInt8] {
    let rest = formatChunk + originationChunk + texts
    let headerByteCount = 12 + (hasLongSizes ? 36 : 0) + rest.count + (tag == 1 ? 0 : 12) + 8
    let riffByteCount = dataByteCount.map { headerByteCount - 8 + $0 + $0 & 1 }
    let isLong = isRF64(riffByteCount)
    let unknown = 0xFFFF_FFFF
    var header = HeaderBytes(isBigEndian: false)
    header.append(text: isLong ? "RF64" : "RIFF")
    header.append(isLong ? unknown : riffByteCount ?? unknown, byteCount: 4)
    header.append(text: "WAVE")
    if hasLongSizes {
      // In the position of RF64's lengths.
      header.append(text: isLong ? "ds64" : "JUNK")
      header.append(28, byteCount: 4)
      header.append(isLong ? riffByteCount ?? 0 : 0, byteCount: 8)
      header.append(isLong ? dataByteCount ?? 0 : 0, byteCount: 8)
      header.append(isLong ? (dataByteCount ?? 0) / bytesPerFrame : 0, byteCount: 8)
      header.append(0, byteCount: 4)
    }
    header.append(bytes: rest)
    if tag != 1 {
      header.append(text: "fact")
      header.append(4, byteCount: 4)
      header.append(min(dataByteCount.map { $0 / bytesPerFrame } ?? unknown, unknown), byteCount: 4)
    }
    header.append(text: "data")
    header.append(isLong ? unknown : dataByteCount ?? unknown, byteCount: 4)
    return header.bytes
  }

  private var bytesPerFrame: Int { channelCount * sampleByteCount }

  private var hasLongSizes: Bool {
    switch growth {
    case .none: false
    case .toRF64, .isRF64: true
    }
  }

  private func isRF64(_ riffByteCount: Int?) -> Bool {
    switch growth {
    case .none: false
    case .toRF64: (riffByteCount ?? 0) > 0xFFFF_FFFF
    case .isRF64: true
    }
  }

  private var formatChunk: [UInt8] {
    var chunk = HeaderBytes(isBigEndian: false)
    chunk.append(text: "fmt ")
    chunk.append(isExtensible ? 40 : tag == 1 ? 16 : 18, byteCount: 4)
    chunk.append(isExtensible ? 0xFFFE : tag, byteCount: 2)
    chunk.append(channelCount, byteCount: 2)
    chunk.append(sampleRate, byteCount: 4)
    chunk.append(min(sampleRate * bytesPerFrame, 0xFFFF_FFFF), byteCount: 4)
    chunk.append(bytesPerFrame, byteCount: 2)
    chunk.append(8 * sampleByteCount, byteCount: 2)
    if isExtensible {
      chunk.append(22, byteCount: 2)
      chunk.append(8 * sampleByteCount, byteCount: 2)
      chunk.append(Int(mask), byteCount: 4)
      chunk.append(tag, byteCount: 2)
      chunk.append(bytes: [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71])
    } else if tag != 1 {
      chunk.append(0, byteCount: 2)
    }
    return chunk.bytes
  }

  /// EBU's chunk of version 1, or empty space of the same length.
  private var originationChunk: [UInt8] {
    var chunk = HeaderBytes(isBigEndian: false)
    switch origination {
    case .absent: return []
    case .reserved:
      chunk.append(text: "JUNK")
      chunk.append(Origination.chunkByteCount, byteCount: 4)
      chunk.append(text: "", byteCount: Origination.chunkByteCount)
    case .known(let origination):
      chunk.append(text: "bext")
      chunk.append(Origination.chunkByteCount, byteCount: 4)
      origination.append(to: &chunk)
    }
    return chunk.bytes
  }

  private static func listChunk(of tags: AudioFileTags) -> [UInt8] {
    var texts = HeaderBytes(isBigEndian: false)
    for (key, text) in tags.all {
      guard let name = WAVHeader.names[key] else { continue }
      let byteCount = text.utf8.count + 1
      texts.append(text: name)
      texts.append(byteCount, byteCount: 4)
      texts.append(text: text, byteCount: byteCount + byteCount & 1)
    }
    guard !texts.bytes.isEmpty else { return [] }
    var chunk = HeaderBytes(isBigEndian: false)
    chunk.append(text: "LIST")
    chunk.append(4 + texts.bytes.count, byteCount: 4)
    chunk.append(text: "INFO")
    chunk.append(bytes: texts.bytes)
    return chunk.bytes
  }
}
