import PCM

/// Finds out what a file or stream is and who decodes it.
struct Opening {
  let source: ByteSource
  /// Nil for a stream or file known only by its descriptor.
  let path: String?
  let type: AudioFileType?
  let raw: RawDescription

  func decoder() throws(AudioFileError) -> Decoder {
    if type == .raw { return try rawDecoder(raw) }
    if type == .sd2 || (type == nil && suffixType == .sd2) { return try resourceForkDecoder() }
    let found = try probe()
    let decoder: Decoder
    switch found {
    case .wav, .rf64: decoder = try plainOrLibrary(WAVHeader.layout(of: source))
    case .au: decoder = try plainOrLibrary(SunHeader.layout(of: source))
    case .caf: decoder = try plainOrLibrary(CAFHeader.layout(of: source))
    case .some: decoder = try library()
    case nil: decoder = try unmarked()
    }
    try check(decoder)
    return decoder
  }

  /// Whatever has no mark that makes sure: raw, MPEG if asked for, or of a type that only a file
  /// may be taken for.
  private func unmarked() throws(AudioFileError) -> Decoder {
    if let type {
      // libsndfile looks for the end of MIDI dumps block by block, for ever in a pipe.
      let isDump = try source.peek(at: 0, count: 2) == [0xF0, 0x7E]
      if !source.isSeekable, isDump || !type.canBeReadFromPipe {
        throw .unsupported("\(type.name) cannot be read from a pipe")
      }
      if try source.peek(at: 0, count: 1).isEmpty {
        throw .malformed("empty, no \(type.name) header")
      }
      return try library()
    }
    if let suffix = suffixType, suffix == .raw {
      var description = raw
      if let encoding = path.flatMap(AudioFileType.rawEncoding(forPath:)) {
        description.codec = .pcm(encoding)
      }
      return try rawDecoder(description)
    }
    guard path != nil, source.isSeekable else { return try rawDecoder(raw) }
    if try source.peek(at: 0, count: 1).isEmpty {
      throw .unrecognized("empty; for headerless data use -t raw")
    }
    let decoder: Decoder
    do throws(AudioFileError) {
      decoder = try library()
    } catch {
      guard error.kind == .malformed else { throw error }
      throw .unrecognized("no sound file that is known; for headerless data use -t raw")
    }
    // Its mark is eleven bits, which other files have too.
    if case .library(let reader) = decoder, reader.facts.format.type == .mp3, suffixType != .mp3 {
      throw .unrecognized("may be MPEG or not; use -t mp3, or -t raw for headerless data")
    }
    return decoder
  }

  /// The type that the first bytes make sure of. A tag before anything but MPEG is dropped.
  private func probe() throws(AudioFileError) -> AudioFileType? {
    var head: [UInt8] = []
    while true {
      switch HeaderProbe.judge(head) {
      case .type(let type):
        return type
      case .unknown:
        return nil
      case .needs(let count):
        let more = try source.peek(at: 0, count: count)
        if more.count < count {
          if more.count >= 4 { throw .malformed("header is cut short") }
          return nil
        }
        head = more
      case .tag(let count):
        let next = try source.peek(at: count, count: 40)
        guard case .type(let type) = HeaderProbe.judge(next) else { return .mp3 }
        source.dropHead(count)
        return type
      }
    }
  }

  private func plainOrLibrary(_ layout: PlainLayout?) throws(AudioFileError) -> Decoder {
    guard let layout else { return try library() }
    return .plain(PlainReader(source, layout: layout))
  }

  private func library() throws(AudioFileError) -> Decoder {
    .library(try SndFileReader.open(source))
  }

  private func rawDecoder(_ raw: RawDescription) throws(AudioFileError) -> Decoder {
    if let layout = try raw.layout() { return .plain(PlainReader(source, layout: layout)) }
    return .library(try SndFileReader.open(source, raw: raw))
  }

  private func resourceForkDecoder() throws(AudioFileError) -> Decoder {
    guard let path else {
      throw .unsupported("sd2 is two files and cannot be read from a pipe")
    }
    return .library(try SndFileReader(path: path))
  }

  /// Whether this is an Opus stream whose channels are for no speakers in particular: only mapping
  /// family 1 tells them, and their order.
  func hasDiscreteChannels(_ decoder: Decoder) throws(AudioFileError) -> Bool {
    // Others are not looked into: a pipe may have no more than its header yet.
    guard case .library(let reader) = decoder, reader.facts.format.codec == .opus else {
      return false
    }
    // The first page has one packet, and a segment table of one byte.
    let page = try source.peek(at: 0, count: 47)
    guard page.count == 47, page[28..<36].elementsEqual("OpusHead".utf8) else { return false }
    return page[46] > 1
  }

  private var suffixType: AudioFileType? { path.flatMap(AudioFileType.forPath) }

  private func check(_ decoder: Decoder) throws(AudioFileError) {
    let found =
      switch decoder {
      case .plain(let reader): reader.layout.type
      case .library(let reader): reader.facts.format.type
      }
    if let type, type.family != found.family {
      throw .malformed("no \(type.name) but \(found.name)")
    }
  }
}

extension AudioFileType {
  /// Types that one header may turn out to be.
  fileprivate var family: AudioFileType {
    switch self {
    case .rf64, .wavex: .wav
    case .opus: .ogg
    default: self
    }
  }
}
