import PCM

/// The header of Sun's and NeXT's `.snd`: six words, then a remark.
///
/// Parsed here because libsndfile reads the length as a signed number; files beyond 2 GiB and pipes
/// of any length must come out whole.
struct SunHeader {
  private let dataStart: Int
  private let dataByteCount: Int?
  private let coding: Int
  private let sampleRate: Double
  private let channelCount: Int
  private let isBigEndian: Bool

  /// Parses the first 24 bytes; nil if they are not a plausible header.
  init?(_ head: [UInt8]) {
    guard head.count >= 24 else { return nil }
    let isBigEndian = fourCharacters(head, at: 0) == ".snd"
    func word(_ index: Int) -> Int {
      Int(integer(head, at: 4 * index, count: 4, isBigEndian: isBigEndian))
    }
    guard (24...ByteSource.longestHead).contains(word(1)), (1...27).contains(word(3)),
      word(4) > 0, word(4) <= Int(AudioFileFormat.highestRate),
      (1...AudioFileFormat.mostChannels).contains(word(5))
    else { return nil }
    self.isBigEndian = isBigEndian
    dataStart = word(1)
    dataByteCount = word(2) == 0xFFFF_FFFF ? nil : word(2)
    coding = word(3)
    sampleRate = Double(word(4))
    channelCount = word(5)
  }

  /// The layout of plain samples, or nil if libsndfile must decode them.
  var layout: PlainLayout? {
    let encoding: SampleEncoding? =
      switch coding {
      case 1: .ulaw
      case 2: .s8
      case 3: isBigEndian ? .s16be : .s16le
      case 4: isBigEndian ? .s24be : .s24le
      case 5: isBigEndian ? .s32be : .s32le
      case 6: isBigEndian ? .f32be : .f32le
      case 7: isBigEndian ? .f64be : .f64le
      case 27: .alaw
      default: nil
      }
    guard let encoding else { return nil }
    return PlainLayout(
      type: .au, encoding: encoding, sampleRate: sampleRate, channelCount: channelCount,
      dataStart: dataStart, dataByteCount: dataByteCount)
  }

  /// Reads the layout from a source whose head has been probed.
  static func layout(of source: ByteSource) throws(AudioFileError) -> PlainLayout? {
    let header = SunHeader(try source.peek(at: 0, count: 24))
    guard var layout = header?.layout else { return nil }
    // A length beyond the data was unknown; a length of 0 means everything to the end, too.
    if let count = layout.dataByteCount, count == 0 || count >= WAVHeader.unknownLength,
      source.byteCount.map({ layout.dataStart + count > $0 }) ?? true || count == 0
    {
      layout.dataByteCount = nil
    }
    if try source.peek(at: layout.dataStart - 1, count: 1).isEmpty {
      throw .malformed("au header is cut short")
    }
    return layout
  }
}

/// The header of an AU file or stream for writing.
///
/// Like libsndfile's for `SF_FORMAT_AU`, with a remark.
struct SunHeaderPlan: PlainHeader {
  private let coding: Int
  private let isBigEndian: Bool
  private let sampleRate: Int
  private let channelCount: Int

  /// nil for encodings that AU lacks.
  init?(encoding: SampleEncoding, sampleRate: Int, channelCount: Int) {
    let coding: Int? =
      switch encoding {
      case .ulaw: 1
      case .s8: 2
      case .s16be, .s16le: 3
      case .s24be, .s24le: 4
      case .s32be, .s32le: 5
      case .f32be, .f32le: 6
      case .f64be, .f64le: 7
      case .alaw: 27
      case .u8: nil
      }
    guard let coding else { return nil }
    self.coding = coding
    isBigEndian = encoding.isBigEndian ?? true
    self.sampleRate = sampleRate
    self.channelCount = channelCount
  }

  /// A length that is unknown or too large is 0xFFFFFFFF.
  func bytes(dataByteCount: Int?) -> [UInt8] {
    var header = HeaderBytes(isBigEndian: isBigEndian)
    header.append(text: isBigEndian ? ".snd" : "dns.")
    let length = min(dataByteCount ?? 0xFFFF_FFFF, 0xFFFF_FFFF)
    // A remark has at least four bytes; sox warns about headers without one.
    for word in [28, length, coding, sampleRate, channelCount, 0] {
      header.append(word, byteCount: 4)
    }
    return header.bytes
  }
}
