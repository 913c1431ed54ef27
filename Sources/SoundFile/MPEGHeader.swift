/// The four bytes before each frame of MPEG audio, layers I to III.
struct MPEGHeader: Equatable {
  let version: Int
  let layer: Int
  let sampleRate: Int
  let channelCount: Int
  /// Bytes of the frame, including these four.
  let byteCount: Int
  let frameCount: Int

  /// nil if the bytes are not a header, or one of free format, which does not state its length.
  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count >= 4 else { return nil }
    let word = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    let versionBits = Int(word >> 19 & 3)
    let rateIndex = Int(word >> 10 & 3)
    let bitRateIndex = Int(word >> 12 & 15)
    layer = 4 - Int(word >> 17 & 3)
    guard word >> 21 == 0x7FF, versionBits != 1, layer < 4, rateIndex < 3,
      (1...14).contains(bitRateIndex)
    else { return nil }
    version = versionBits == 3 ? 1 : versionBits == 2 ? 2 : 25
    sampleRate = [44_100, 48_000, 32_000][rateIndex] / (version == 1 ? 1 : version == 2 ? 2 : 4)
    channelCount = word >> 6 & 3 == 3 ? 1 : 2
    let rates = Self.bitRates[version == 1 ? layer - 1 : layer == 1 ? 3 : 4]
    let bitRate = rates[bitRateIndex - 1] * 1000
    let padding = Int(word >> 9 & 1)
    switch layer {
    case 1: (frameCount, byteCount) = (384, (12 * bitRate / sampleRate + padding) * 4)
    case 3 where version != 1:
      (frameCount, byteCount) = (576, 72 * bitRate / sampleRate + padding)
    default: (frameCount, byteCount) = (1152, 144 * bitRate / sampleRate + padding)
    }
  }

  /// Whether a frame of the same stream may have this other header.
  func goesWith(_ other: MPEGHeader) -> Bool {
    version == other.version && layer == other.layer && sampleRate == other.sampleRate
  }

  private static let bitRates = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ]
}
