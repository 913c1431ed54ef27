import PCM

/// The libsndfile functions that transfer samples exactly.
enum SndFileTransfer: Equatable {
  case raw, short, float
  /// The high `byteCount` bytes of 32-bit words.
  case integer(byteCount: Int)

  init(_ format: AudioFileFormat) {
    let encoding = format.deliveredEncoding
    self =
      if !format.isPacked {
        .raw
      } else if encoding.isFloat {
        .float
      } else if encoding.byteCount == 2 {
        .short
      } else {
        .integer(byteCount: encoding.byteCount)
      }
  }

  /// Whether libsndfile may write samples directly to an address.
  func isDirect(_ base: UnsafeMutableRawPointer) -> Bool {
    let address = UInt(bitPattern: base)
    return switch self {
    case .raw: true
    case .short: address % 2 == 0
    case .float: address % 4 == 0
    case .integer(let byteCount): byteCount == 4 && address % 4 == 0
    }
  }

  /// How a pipe serves the decoder: plain samples and framed codecs as they arrive; block codecs in
  /// whole blocks, since they take a short block for the last.
  func service(_ facts: SndFileFacts) -> ByteSource.Service {
    switch facts.format.type {
    case .flac, .ogg, .opus, .mp3: .some
    default: self == .raw ? .frames(byteCount: facts.bytesPerFrame) : .whole
    }
  }
}

extension AudioFileFormat {
  /// Whether samples are decoded in blocks that the header counts, or nothing does.
  var decodesBlocks: Bool {
    switch type {
    case .flac, .ogg, .opus, .mp3: false
    default: isPacked
    }
  }

  /// The frames per block that silence must fill up before closing, since libsndfile 1.2 corrupts
  /// an incomplete last block of a MIDI dump.
  var framesFilledUp: Int {
    switch (type, codec.deliveredEncoding.byteCount) {
    case (.sds, 1): 60
    case (.sds, 2): 40
    case (.sds, _): 30
    default: 1
    }
  }

  /// The number of frames that must be decoded together.
  var framesTogether: Int {
    switch (type, codec) {
    case (_, .voxADPCM): 2
    case (.paf, _): 10
    default: 1
    }
  }
}

/// Keeps the high bytes of 32-bit words, in the machine's byte order.
func packHighBytes(
  of words: UnsafeRawPointer, count: Int, byteCount: Int, into target: UnsafeMutableRawPointer
) {
  switch byteCount {
  case 4:
    unsafe target.copyMemory(from: words, byteCount: 4 * count)
  case 3:
    for index in 0..<count {
      let word = unsafe words.load(fromByteOffset: 4 * index, as: Int32.self) >> 8
      unsafe withUnsafeBytes(of: word) { bytes in
        let low = SampleEncoding(.int24) == .s24le ? 0 : 1
        let start = unsafe UnsafeRawBufferPointer(rebasing: bytes[low..<(low + 3)])
        if let base = start.baseAddress {
          unsafe (target + 3 * index).copyMemory(from: base, byteCount: 3)
        }
      }
    }
  default:
    for index in 0..<count {
      let word = unsafe words.load(fromByteOffset: 4 * index, as: Int32.self)
      unsafe target.storeBytes(
        of: UInt8(truncatingIfNeeded: word >> 24), toByteOffset: index, as: UInt8.self)
    }
  }
}

/// Makes 32-bit words from their high bytes, in the machine's byte order.
func unpackHighBytes(
  of source: UnsafeRawPointer, count: Int, byteCount: Int, into words: UnsafeMutableRawPointer
) {
  let isLittle = SampleEncoding(.int16) == .s16le
  for index in 0..<count {
    var word: UInt32 = 0
    for byte in 0..<byteCount {
      let place = isLittle ? byte : byteCount - 1 - byte
      let value = unsafe source.load(fromByteOffset: index * byteCount + place, as: UInt8.self)
      word |= UInt32(value) << (8 * UInt32(byte + 4 - byteCount))
    }
    unsafe words.storeBytes(of: word, toByteOffset: 4 * index, as: UInt32.self)
  }
}
