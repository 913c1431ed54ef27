public import PCM

/// A sound file or stream open for reading: raw interleaved frames in their own encoding.
///
/// Plain samples are delivered unchanged, FLAC and ALAC as integers of their depth, lossy codecs
/// decoded to f32, and the old speech codecs decoded to 16 bits; `encoding` says which. A class,
/// not a noncopyable struct, so that an array can hold open files. One thread at a time, any
/// thread.
public final class AudioFile {
  /// The format from the header, or from the caller for headerless data.
  public let format: AudioFileFormat

  /// The encoding of the bytes that `read` returns.
  public let encoding: SampleEncoding

  /// Frames per second, in Hz.
  public let sampleRate: Double

  /// Samples per frame.
  public let channelCount: Int

  /// Frames from start to end, or nil if only the end reveals it, as in a pipe.
  public let frameCount: Int?

  /// The texts beside the samples; in a stream, only those before the samples.
  public let tags: AudioFileTags

  /// The speaker of each channel, or nil if neither the header nor the type defines it.
  public let layout: ChannelLayout?

  /// The capture time of the first frame, if the header has it.
  public let origination: Origination?

  /// Whether this file can be read again from any frame; false for pipes.
  public let isSeekable: Bool

  /// Whether `read` delivers the stored samples as they are, so that reading takes no computation.
  public var isPlain: Bool {
    if case .plain = decoder { true } else { false }
  }

  /// The next frame that `read` returns, counted from the start.
  public private(set) var position = 0

  /// Whether silence of the same length replaces frames lost to damage, so that frame numbers still
  /// correspond to time. FLAC, Ogg and MPEG only; in MPEG, the number of lost frames is an
  /// estimate.
  public var fillsGaps = false {
    didSet { if case .codec(let reader) = decoder { reader.fillsGaps = fillsGaps } }
  }

  private var decoder: Decoder
  private let order: ChannelOrder?
  private var damage = DamageLog()
  private var isAtEnd = false
  private let reopen: () throws(AudioFileError) -> Decoder

  /// Opens a file by its path; a named pipe is read as a stream.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - type: The required type; nil detects it. A file of unknown type is an error unless its
  ///     suffix says raw: `.raw`, `.pcm`, or the name of an encoding, which then overrides the one
  ///     in `raw`.
  ///   - raw: The format of headerless data.
  ///   - interrupted: Called after a signal interrupts a read; true ends the read with
  ///     `interrupted`.
  ///
  /// Corresponds to `sf_open`.
  public convenience init(
    path: String, type: AudioFileType? = nil, raw: RawDescription = RawDescription(),
    interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let descriptor = try Descriptor.open(path, flags: Descriptor.readOnly, interrupted: interrupted)
    let source = try ByteSource(descriptor)
    let opening = Opening(source: source, path: path, type: type, raw: raw)
    try self.init(opening)
  }

  /// Opens a descriptor at its current position: a regular file or a stream.
  ///
  /// A stream of unknown type is raw and loses no byte.
  ///
  /// - Parameters:
  ///   - descriptor: A descriptor open for reading.
  ///   - closing: Whether to close the descriptor with this object, and if opening fails.
  ///   - path: The path of the descriptor's file, to apply the rules for files opened by path.
  ///   - type: The required type; nil detects it.
  ///   - raw: The format of headerless data.
  ///   - interrupted: Called after a signal interrupts a read; true ends the read with
  ///     `interrupted`.
  ///
  /// Corresponds to `sf_open_virtual`.
  public convenience init(
    descriptor: Int32, closing: Bool = false, path: String? = nil, type: AudioFileType? = nil,
    raw: RawDescription = RawDescription(), interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let descriptor = Descriptor(number: descriptor, closes: closing, interrupted: interrupted)
    let source = try ByteSource(descriptor)
    try self.init(Opening(source: source, path: path, type: type, raw: raw))
  }

  private convenience init(_ opening: Opening) throws(AudioFileError) {
    let source = opening.source
    let decoder = try opening.decoder()
    source.isOpening = false
    self.init(decoder, isSeekable: source.isSeekable) { () throws(AudioFileError) in
      try opening.decoder()
    }
  }

  private init(
    _ decoder: Decoder, isSeekable: Bool, reopen: @escaping () throws(AudioFileError) -> Decoder
  ) {
    self.decoder = decoder
    self.reopen = reopen
    self.isSeekable = isSeekable
    switch decoder {
    case .plain(let reader):
      let layout = reader.layout
      format = AudioFileFormat(layout.type, codec: .pcm(layout.encoding))
      (encoding, sampleRate, channelCount) = (
        layout.encoding, layout.sampleRate, layout.channelCount
      )
      (frameCount, tags) = (reader.frameCount, layout.tags)
      (self.layout, origination) = (layout.layout, layout.origination)
      order = nil
    case .library(let reader):
      let facts = reader.facts
      format = facts.format
      (encoding, sampleRate, channelCount) = (facts.encoding, facts.sampleRate, facts.channelCount)
      (frameCount, tags) = (facts.frameCount, facts.tags)
      (layout, origination, order) = (facts.layout, nil, nil)
    case .codec(let reader):
      let facts = reader.facts
      format = facts.format
      (encoding, sampleRate, channelCount) = (facts.encoding, facts.sampleRate, facts.channelCount)
      (frameCount, tags) = (facts.frameCount, facts.tags)
      (layout, origination) = (facts.layout, nil)
      order =
        facts.isDiscrete
        ? nil : ChannelOrder(of: facts.format.codec, channelCount: facts.channelCount)
    }
  }

  /// The container.
  public var type: AudioFileType { format.type }

  /// Bytes per frame, as `read` returns it.
  public var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Bytes at the end that are not a whole frame; known after `read` has returned 0.
  public var trailingByteCount: Int {
    switch decoder {
    case .plain(let reader): reader.trailingByteCount
    case .library(let reader): reader.shortage == nil ? reader.trailingByteCount : 0
    case .codec: 0
    }
  }

  /// Takes the damage and shortages found since the last call, in order.
  ///
  /// The end is judged only after `read` has returned 0. Damage is not an error: everything that
  /// can be decoded is delivered. Whether the data promises an end depends on the type.
  public func takeDamage() -> [Damage] {
    let found: [Damage] =
      switch decoder {
      case .plain: []
      case .library(let reader): reader.damage.take()
      case .codec(let reader): reader.damage.take()
      }
    return found + damage.take()
  }

  /// The rest of the sound, if it continues with another rate or channel count, as in chained Ogg
  /// and joined MPEG streams: a file that starts where this one ends, or nil.
  ///
  /// Known after `read` has returned 0; from then on, read it instead of this one.
  public func continuation() -> AudioFile? {
    guard case .codec(let reader) = decoder, let next = reader.continuation else { return nil }
    let rest = AudioFile(
      .codec(DecodedReader(next, isLive: !isSeekable)), isSeekable: false
    ) { () throws(AudioFileError) in throw .unsupported("cannot be read again by itself") }
    rest.fillsGaps = fillsGaps
    return rest
  }

  /// Reads whole frames into `bytes` and returns how many, or 0 at the end.
  ///
  /// A file fills the space. A pipe of plain samples returns as soon as a frame is there. A
  /// truncated file ends where it is cut. Corresponds to `sf_read_raw` and `sf_readf_float`.
  public func read(into bytes: inout MutableRawSpan) throws(AudioFileError) -> Int {
    precondition(bytes.byteCount >= bytesPerFrame, "room for one frame at least")
    let result = unsafe bytes.withUnsafeMutableBytes { target in
      let result = unsafe readResult(into: target)
      if let order, case .success(let count) = result {
        unsafe order.restore(
          UnsafeMutableRawBufferPointer(rebasing: target[..<(count * bytesPerFrame)]),
          sampleByteCount: encoding.byteCount)
      }
      return result
    }
    let count = try result.get()
    position += count
    if count == 0, !isAtEnd { judgeEnd() }
    return count
  }

  /// Determines once what is missing at the end; the decoders of `codec` do it themselves.
  private func judgeEnd() {
    isAtEnd = true
    let shortage: Damage.Shortage? =
      switch decoder {
      case .plain(let reader): reader.shortage
      case .library(let reader): reader.shortage
      case .codec: nil
      }
    guard let shortage else { return }
    let missing: Int? =
      if case .frames(let promised) = shortage { promised - position } else { nil }
    damage.append(Damage(kind: .endsEarly(shortage), position: position, frameCount: missing))
  }

  /// Skips frames and returns how many, fewer only at the end.
  ///
  /// Seeks in a file; reads and drops in a pipe.
  public func skip(_ frames: Int) throws(AudioFileError) -> Int {
    precondition(frames >= 0, "skips forward only")
    let skipped = try skipFrames(frames)
    position += skipped
    return skipped
  }

  /// Seeks to a frame of a file, at most to its end. Throws `unsupported` for a pipe.
  public func seek(toFrame frame: Int) throws(AudioFileError) {
    precondition(frame >= 0, "frames count from zero")
    guard isSeekable else { throw .unsupported("a pipe cannot be read again") }
    isAtEnd = false
    if case .plain(var reader) = decoder {
      reader.seek(toFrame: frame)
      decoder = .plain(reader)
      position = min(frame, frameCount ?? frame)
      return
    }
    let target = min(frame, frameCount ?? frame)
    if try moveDecoder(toFrame: target) {
      position = target
      return
    }
    // Some codecs can only be read from the start.
    decoder = try reopen()
    if case .codec(let reader) = decoder { reader.fillsGaps = fillsGaps }
    position = 0
    _ = try skip(frame)
  }

  /// Seeks to the first frame. Throws `unsupported` for a pipe.
  public func rewind() throws(AudioFileError) { try seek(toFrame: 0) }

  /// Whether frames, or the end, are available within this many milliseconds. Always true for a
  /// stream that must be decoded, although `read` may then wait.
  public func isReady(withinMilliseconds milliseconds: Int) -> Bool {
    guard case .plain(let reader) = decoder else { return true }
    return reader.isReady(withinMilliseconds: milliseconds)
  }

  private func readResult(
    into target: UnsafeMutableRawBufferPointer
  ) -> Result<Int, AudioFileError> {
    Result { () throws(AudioFileError) in
      switch decoder {
      case .plain(var reader):
        defer { decoder = .plain(reader) }
        return unsafe try reader.read(into: target)
      case .library(let reader):
        return unsafe try reader.read(into: target)
      case .codec(let reader):
        return unsafe try reader.read(into: target)
      }
    }
  }

  /// Seeks to a frame; false if the decoder can only read on.
  private func moveDecoder(toFrame frame: Int) throws(AudioFileError) -> Bool {
    switch decoder {
    case .plain: false
    case .library(let reader): try reader.seek(toFrame: frame)
    case .codec(let reader): try reader.seek(toFrame: frame)
    }
  }

  private func skipFrames(_ frames: Int) throws(AudioFileError) -> Int {
    if case .plain(var reader) = decoder {
      defer { decoder = .plain(reader) }
      return try reader.skip(frames)
    }
    if isSeekable, let frameCount {
      let target = min(frameCount, position + frames)
      if try moveDecoder(toFrame: target) { return target - position }
    }
    switch decoder {
    case .plain: return 0
    case .library(let reader): return try dropFrames(frames, of: reader)
    case .codec(let reader): return try reader.skip(frames)
    }
  }

  private func dropFrames(
    _ frames: Int, of reader: SndFileReader
  ) throws(AudioFileError) -> Int {
    let block = 4096
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: block * bytesPerFrame, alignment: 16)
    defer { unsafe room.deallocate() }
    var dropped = 0
    while dropped < frames {
      let wanted = min(block, frames - dropped) * bytesPerFrame
      let count = unsafe try reader.read(
        into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted]))
      if count == 0 { break }
      dropped += count
    }
    return dropped
  }
}

/// The reader of the samples: plain ones are read directly, libsndfile decodes the containers and
/// codecs that only it knows, and current codecs have their own libraries.
enum Decoder {
  case plain(PlainReader)
  case library(SndFileReader)
  case codec(DecodedReader)
}
