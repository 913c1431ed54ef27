import PCM
import Platform

/// Determines the type of a file or stream, and its decoder.
struct Opening {
  let source: ByteSource
  /// nil for a stream or file known only by its descriptor.
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
    case .flac:
      decoder = try codec { source throws(AudioFileError) in
        try FLACDecoder(source, isInOgg: false)
      }
    case .ogg: decoder = try oggDecoder()
    case .mp3: decoder = try mpegDecoder()
    case .some: decoder = try library()
    case nil: decoder = try unmarked()
    }
    try check(decoder)
    return decoder
  }

  /// The codecs' own decoders read on from the first byte and never seek back in a pipe, so that a
  /// header of any length, or a picture in it, is not a problem.
  private func codec(
    _ make: (ByteSource) throws(AudioFileError) -> any FrameDecoder
  ) throws(AudioFileError) -> Decoder {
    source.isOpening = false
    return .codec(DecodedReader(try make(source), isLive: !source.isSeekable))
  }

  private func mpegDecoder() throws(AudioFileError) -> Decoder {
    try codec { source throws(AudioFileError) in try MPEGDecoder(source) }
  }

  private func oggDecoder() throws(AudioFileError) -> Decoder {
    switch try OggContents.of(source) {
    case .vorbis:
      try codec { source throws(AudioFileError) in try VorbisDecoder(source) }
    case .opus:
      try codec { source throws(AudioFileError) in try OpusDecoder(source) }
    case .flac:
      try codec { source throws(AudioFileError) in try FLACDecoder(source, isInOgg: true) }
    case .foreign(let name): throw .foreign("Ogg \(name)")
    case nil: throw .malformed("ogg header is damaged, or begins in the middle of a stream")
    }
  }

  /// Input without a certain mark: raw, MPEG if requested, or a type that only a file may be taken
  /// for.
  private func unmarked() throws(AudioFileError) -> Decoder {
    if type == .mp3 || (type == nil && suffixType == .mp3 && source.isSeekable) {
      return try mpegDecoder()
    }
    if let type {
      // libsndfile looks for the end of MIDI dumps block by block, which never ends in a pipe.
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
      throw .unrecognized("empty file")
    }
    // MPEG's mark is only eleven bits, which other files have too.
    if MPEGHeader(try source.peek(at: 0, count: 4)) != nil {
      throw .unrecognized("may be MPEG or raw samples", remedy: .nameType([.mp3, .raw]))
    }
    let decoder: Decoder
    do throws(AudioFileError) {
      decoder = try library()
    } catch {
      guard error.kind == .malformed else { throw error }
      throw .unrecognized("not a sound file that can be read", remedy: .nameType([.raw]))
    }
    return decoder
  }

  /// The type that the first bytes prove. Tags before anything but MPEG are dropped.
  private func probe() throws(AudioFileError) -> AudioFileType? {
    var head: [UInt8] = []
    var hasTag = false
    while true {
      switch HeaderProbe.judge(head) {
      case .type(let type): return type
      case .unknown: return hasTag ? .mp3 : nil
      case .foreign(let name):
        // An explicit type wins, and its reader decides.
        guard type == nil || name == "AAC" else {
          throw .malformed("no \(type?.name ?? "") but \(name)")
        }
        throw .foreign(name)
      case .needs(let count):
        let more = try source.peek(at: 0, count: count)
        if more.count < count {
          if more.count >= 4 { throw .malformed("header is cut short") }
          return hasTag ? .mp3 : nil
        }
        head = more
      case .wants(let count):
        let more = try source.peek(at: 0, count: count)
        guard more.count == count else { return hasTag ? .mp3 : nil }
        head = more
      case .tag(let count):
        hasTag = true
        let isLong = !source.isSeekable && count + Self.longestPadding > ByteSource.longestHead
        let next = isLong ? count : try end(ofTag: count)
        guard let next else { return .mp3 }
        try source.dropHead(next)
        head = []
      }
    }
  }

  /// The end of a tag and padding before something other than MPEG, whose own texts are then used;
  /// nil if MPEG follows.
  private func end(ofTag count: Int) throws(AudioFileError) -> Int? {
    var next = count
    while next - count < Self.longestPadding {
      let bytes = try source.peek(at: next, count: 40)
      guard let start = bytes.firstIndex(where: { $0 != 0 }) else {
        guard bytes.count == 40 else { return nil }
        next += 40
        continue
      }
      switch HeaderProbe.judge(try source.peek(at: next + start, count: 40)) {
      case .type(.mp3), .needs, .wants, .foreign, .unknown: return nil
      case .type, .tag: return next + start
      }
    }
    return nil
  }

  private static let longestPadding = 1 << 16

  private func plainOrLibrary(_ layout: PlainLayout?) throws(AudioFileError) -> Decoder {
    guard let layout else { return try library() }
    return .plain(PlainReader(source, layout: layout))
  }

  private func library() throws(AudioFileError) -> Decoder {
    guard source.hasWholeHead else { throw Self.headTooLong }
    // libsndfile would look for MPEG, and print what it finds.
    let head = try source.peek(at: 0, count: 4)
    if head.count == 4, head[0] == 0xFF, head[1] >= 0xE0 {
      throw .malformed("not a sound file that can be read")
    }
    if (type ?? suffixType) == .htk {
      source.statedByteCount = try ContainerLength.promisedHTKByteCount(source)
    }
    do throws(AudioFileError) {
      return .library(try SndFileReader.open(source))
    } catch {
      guard error.kind == .malformed else { throw error }
      if source.isHeadTooLong { throw Self.headTooLong }
      guard let name = ContainedCodec.name(in: source) else { throw error }
      throw .malformed("\(name) in it cannot be read", remedy: .conversion(kind: name))
    }
  }

  private static let headTooLong = AudioFileError.malformed(
    "header is longer than 16 MiB, too long for a pipe; save it to a file first")

  private func rawDecoder(_ raw: RawDescription) throws(AudioFileError) -> Decoder {
    if let layout = try raw.layout() { return .plain(PlainReader(source, layout: layout)) }
    return .library(try SndFileReader.open(source, raw: raw))
  }

  private func resourceForkDecoder() throws(AudioFileError) -> Decoder {
    guard let path else {
      throw .unsupported("sd2 is two files and cannot be read from a pipe")
    }
    // Without it, libsndfile would take the samples for MPEG.
    guard Self.headerPaths(of: path).contains(where: { unsafe access($0, R_OK) == 0 }) else {
      throw .malformed("sd2 without its second file, which has ._ before the name")
    }
    return .library(try SndFileReader(path: path))
  }

  /// Where the second file may be.
  private static func headerPaths(of path: String) -> [[CChar]] {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let (folder, name) = (path[..<start], path[start...])
    return ["\(path)/..namedfork/rsrc", "\(folder)._\(name)", "\(folder).AppleDouble/\(name)"]
      .map(FileName.bytes)
  }

  private var suffixType: AudioFileType? { path.flatMap(AudioFileType.forPath) }

  private func check(_ decoder: Decoder) throws(AudioFileError) {
    let found =
      switch decoder {
      case .plain(let reader): reader.layout.type
      case .library(let reader): reader.facts.format.type
      case .codec(let reader): reader.facts.format.type
      }
    if let type, type.family != found.family {
      throw .malformed("no \(type.name) but \(found.name)")
    }
  }
}

extension AudioFileType {
  /// The representative of all types that share its header.
  fileprivate var family: AudioFileType {
    switch self {
    case .rf64, .wavex: .wav
    case .opus: .ogg
    default: self
    }
  }
}
