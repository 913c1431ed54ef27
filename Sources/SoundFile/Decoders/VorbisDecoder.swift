import CVorbisFile
import PCM

/// Ogg Vorbis through libvorbisfile: every stream of a chain, gapless, continuing after damage. One
/// thread at a time.
///
/// Files and pipes are both read from start to end, so that no gap goes unnoticed; the library seeks
/// only on request. What is not read is not opened for that: a file's length and texts are found by
/// seeking.
@safe final class VorbisDecoder: FrameDecoder {
  let facts: SoundFacts
  private let source: ByteSource
  /// The cursor that reads on from the start.
  private let cursor: ByteCursor
  private var hasMoved = false
  /// nil until the first frame of a file of known length.
  private var file: VorbisFile?
  /// The current stream of the chain.
  private var stream: CInt?
  /// The start of that stream in the whole.
  private var base = 0
  /// The next frame's position in the whole.
  private var position = 0
  /// A block of another format, decoded by a predecessor.
  private var waiting: VorbisFile.Block?

  init(_ source: ByteSource) throws(AudioFileError) {
    self.source = source
    cursor = ByteCursor(source, pages: OggPages())
    if source.isSeekable, let whole = try? VorbisFile(ByteCursor(source), canSeek: true),
      let length = whole.frameCount
    {
      facts = try Self.facts(whole, length)
    } else {
      let file = try VorbisFile(cursor)
      self.file = file
      facts = try Self.facts(file, nil)
    }
  }

  /// Continues in a chain when the format changes.
  private init(
    after other: VorbisDecoder, in file: VorbisFile, _ block: VorbisFile.Block
  ) throws(AudioFileError) {
    (source, cursor, self.file) = (other.source, other.cursor, file)
    (stream, waiting) = (block.stream, block)
    facts = try Self.facts(file, nil)
  }

  func advance(_ queue: FrameQueue) throws(AudioFileError) {
    if let block = waiting.take() { return append(block, to: queue) }
    let file = try opened()
    var result = try file.decode()
    if case .damage(let reason) = result {
      result = try file.decode()
      // The library reports a gap at each change to another stream of a chain.
      let isSpurious = if case .block(let block) = result { block.stream != stream } else { false }
      if !isSpurious || stream == nil { queue.append(.damage(reason: reason)) }
    }
    switch result {
    case .end:
      queue.append(.end(shortage: hasMoved ? nil : cursor.shortage, hasWrongChecksum: false))
    case .damage(let reason): queue.append(.damage(reason: reason))
    case .block(let block):
      if let stream, block.stream != stream {
        guard file.rate == facts.sampleRate, file.channelCount == facts.channelCount else {
          let next = try VorbisDecoder(after: self, in: file, block)
          return queue.append(.change(to: next))
        }
        base = position
      }
      stream = block.stream
      append(block, to: queue)
    }
  }

  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool {
    let moving = try VorbisFile(ByteCursor(source), canSeek: true)
    guard try moving.seek(toFrame: frame) else { return false }
    (file, stream, base, position, waiting, hasMoved) = (moving, nil, 0, frame, nil, true)
    return true
  }

  private func opened() throws(AudioFileError) -> VorbisFile {
    if let file { return file }
    let file = try VorbisFile(cursor)
    self.file = file
    return file
  }

  private func append(_ block: VorbisFile.Block, to queue: FrameQueue) {
    let channelCount = facts.channelCount
    let start = block.position.map { base + $0 }
    position = (start ?? position) + block.count
    unsafe queue.append(frames: block.count, position: start) { target in
      let target = unsafe target.assumingMemoryBound(to: Float.self)
      for channel in 0..<channelCount {
        guard let samples = unsafe block.channels?[channel] else { continue }
        for index in 0..<block.count {
          unsafe target[index &* channelCount &+ channel] = samples[index]
        }
      }
    }
  }

  private static func facts(_ file: VorbisFile, _ length: Int?) throws(AudioFileError) -> SoundFacts
  {
    try SoundFacts(
      format: AudioFileFormat(.ogg, codec: .vorbis), sampleRate: file.rate,
      channelCount: file.channelCount, frameCount: length, canSeek: length != nil, tags: file.tags
    ).checked()
  }
}

/// An open stream of libvorbisfile. Corresponds to `OggVorbis_File`.
@safe final class VorbisFile {
  /// Frames that the library has decoded, valid until it decodes more.
  @safe struct Block {
    let count: Int
    let stream: CInt
    /// The first frame's position in its stream, or in the file after a seek, if known.
    let position: Int?
    let channels: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
  }

  enum Result {
    case block(Block)
    case damage(reason: String)
    case end
  }

  private let cursor: ByteCursor
  private let handle: UnsafeMutablePointer<OggVorbis_File>
  /// Whether the decoder could not be set up. If asked again, the library divides by zero.
  private var isBroken = false

  /// Opens the data of a cursor. Corresponds to `ov_open_callbacks`.
  init(_ cursor: ByteCursor, canSeek: Bool = false) throws(AudioFileError) {
    self.cursor = cursor
    unsafe handle = .allocate(capacity: 1)
    unsafe handle.initialize(to: OggVorbis_File())
    let functions = unsafe ov_callbacks(
      read_func: { target, size, count, context in
        let room = unsafe UnsafeMutableRawBufferPointer(start: target, count: size * count)
        return unsafe (ByteCursor.at(context)?.read(into: room) ?? 0) / max(1, size)
      },
      seek_func: canSeek
        ? { context, offset, whence in
          (unsafe ByteCursor.at(context)?.seek(by: Int(offset), whence) ?? -1) < 0 ? -1 : 0
        } : nil,
      close_func: nil,
      tell_func: canSeek ? { context in unsafe ByteCursor.at(context)?.offset ?? -1 } : nil)
    let status = unsafe ov_open_callbacks(cursor.context, handle, nil, 0, functions)
    try cursor.throwFailure()
    guard status == 0 else { throw .malformed("vorbis header is damaged") }
  }

  deinit {
    unsafe ov_clear(handle)
    unsafe handle.deallocate()
  }

  private var info: vorbis_info? { unsafe ov_info(handle, -1).map { unsafe $0.pointee } }

  /// Frames per second of the current stream, in Hz.
  var rate: Double { Double(unsafe info?.rate ?? 0) }

  /// Channels of the current stream.
  var channelCount: Int { Int(unsafe info?.channels ?? 0) }

  /// Its texts.
  var tags: AudioFileTags {
    var tags = AudioFileTags()
    guard let comment = unsafe ov_comment(handle, -1) else { return tags }
    for index in 0..<Int(unsafe comment.pointee.comments) {
      unsafe tags.add(
        comment: UnsafeRawBufferPointer(
          start: comment.pointee.user_comments[index],
          count: Int(comment.pointee.comment_lengths[index])))
    }
    return tags
  }

  /// Corresponds to `ov_read_float`.
  func decode() throws(AudioFileError) -> Result {
    if isBroken { return .end }
    var channels: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
    var stream: CInt = 0
    let count = unsafe ov_read_float(handle, &channels, 4096, &stream)
    try cursor.throwFailure()
    if count == 0 { return .end }
    guard count > 0 else {
      isBroken = count == Int(OV_EBADLINK)
      return .damage(reason: count == Int(OV_HOLE) ? "lost sync" : "damaged header of a stream")
    }
    // After a gap, the library knows the position again at the next page's end.
    let isKnown = unsafe handle.pointee.vd.granulepos != -1
    let position = unsafe isKnown ? Int(ov_pcm_tell(handle)) - count : nil
    return unsafe .block(
      Block(count: count, stream: stream, position: position, channels: channels))
  }

  /// Corresponds to `ov_pcm_seek`.
  func seek(toFrame frame: Int) throws(AudioFileError) -> Bool {
    let status = unsafe ov_pcm_seek(handle, Int64(frame))
    try cursor.throwFailure()
    return status == 0
  }

  /// Frames of all streams in a file that can seek, or nil if their formats differ or they cannot be
  /// found.
  var frameCount: Int? {
    let first = unsafe ov_info(handle, 0)
    for link in 0..<CInt(unsafe ov_streams(handle)) {
      guard let first = unsafe first, let info = unsafe ov_info(handle, link),
        unsafe info.pointee.rate == first.pointee.rate,
        unsafe info.pointee.channels == first.pointee.channels
      else { return nil }
    }
    let total = unsafe ov_pcm_total(handle, -1)
    return total >= 0 ? Int(total) : nil
  }
}
