import CFLAC
import PCM

/// FLAC, native or in Ogg, of 4 to 32 bits, through libFLAC: every stream of a chain in Ogg. One
/// thread at a time.
///
/// Samples of a depth that is not a whole number of bytes are in the high bits. Corresponds to
/// `FLAC__stream_decoder_init_stream`.
@safe final class FLACDecoder: FrameDecoder {
  let facts: SoundFacts
  private let cursor: ByteCursor
  private let sink: FLACSink
  private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
  /// Whether libFLAC has compared the checksum; it must then be restarted.
  private var hasFinished = false
  /// Whether the last seek went to the end, where libFLAC has no frame to seek to.
  private var isBehindAll = false
  private let isInOgg: Bool
  /// Whether another stream of a chain has begun, in which libFLAC cannot seek back, or which
  /// another decoder reads.
  private var hasGoneOn = false
  /// Whether a stream before the current one of a chain had another checksum.
  private var hasWrongChecksum = false

  init(_ source: ByteSource, isInOgg: Bool) throws(AudioFileError) {
    self.isInOgg = isInOgg
    cursor = ByteCursor(source, pages: isInOgg ? OggPages(stopsAtEachStream: true) : nil)
    sink = FLACSink(cursor)
    guard let made = unsafe FLAC__stream_decoder_new() else { throw .malformed("out of memory") }
    unsafe decoder = made
    do throws(AudioFileError) {
      var facts = unsafe try Self.start(made, sink, isInOgg: isInOgg)
      if isInOgg, source.isSeekable, try OggContents.isChained(source) {
        (facts.frameCount, facts.canSeek) = (nil, false)
      }
      self.facts = facts
    } catch {
      unsafe FLAC__stream_decoder_delete(made)
      throw error
    }
  }

  /// Continues with a stream of another format in a chain; takes the decoder over.
  private init(after other: FLACDecoder, _ facts: SoundFacts) {
    (isInOgg, cursor, sink) = (true, other.cursor, other.sink)
    hasWrongChecksum = other.hasWrongChecksum
    unsafe decoder = other.decoder
    other.isTaken = true
    self.facts = facts
  }

  /// Whether another one has taken over the decoder.
  private var isTaken = false

  deinit {
    if !isTaken { unsafe FLAC__stream_decoder_delete(decoder) }
  }

  func advance(_ queue: FrameQueue) throws(AudioFileError) {
    guard !hasFinished, !isBehindAll, !isTaken else {
      return queue.append(.end(shortage: nil, hasWrongChecksum: false))
    }
    sink.queue = queue
    defer { sink.queue = nil }
    let goesOn = unsafe FLAC__stream_decoder_process_single(decoder) != 0
    try cursor.throwFailure()
    let state = unsafe FLAC__stream_decoder_get_state(decoder)
    if state == FLAC__STREAM_DECODER_ABORTED { sink.reason = sink.reason ?? "lost sync" }
    // From these two it never goes on, and says that it does.
    let isOver =
      state == FLAC__STREAM_DECODER_END_OF_STREAM || state == FLAC__STREAM_DECODER_ABORTED
    guard goesOn, !isOver else { return finish(queue) }
    unsafe sink.noteFrameEnd(decoder)
  }

  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool {
    guard !hasGoneOn else { return false }
    if hasFinished {
      _ = cursor.seek(by: 0, 0)
      _ = unsafe try Self.start(decoder, sink, isInOgg: facts.format.type == .ogg)
      hasFinished = false
    }
    isBehindAll = frame == facts.frameCount
    if isBehindAll { return true }
    sink.queue = queue
    defer { sink.queue = nil }
    let found = unsafe FLAC__stream_decoder_seek_absolute(decoder, FLAC__uint64(frame)) != 0
    try cursor.throwFailure()
    // While seeking, it examines places where no frame starts.
    sink.forget()
    if !found { unsafe FLAC__stream_decoder_flush(decoder) }
    return found
  }

  private func finish(_ queue: FrameQueue) {
    if isInOgg, cursor.beginNextStream() { return beginNextStream(queue) }
    hasFinished = true
    // A known length reveals missing frames; and tags and padding are not damage.
    if let reason = sink.reason, facts.frameCount == nil { queue.append(.damage(reason: reason)) }
    let isCut = facts.frameCount == nil && sink.reason == nil && sink.hasRest
    let isRight = unsafe FLAC__stream_decoder_finish(decoder) != 0
    sink.forget()
    queue.append(
      .end(
        shortage: isCut ? .mark("within a frame") : cursor.shortage,
        hasWrongChecksum: !isRight || hasWrongChecksum))
  }

  /// Goes on with the next stream of a chain.
  private func beginNextStream(_ queue: FrameQueue) {
    hasGoneOn = true
    if let reason = sink.reason { queue.append(.damage(reason: reason)) }
    if unsafe FLAC__stream_decoder_finish(decoder) == 0 { hasWrongChecksum = true }
    sink.beginStream(at: sink.end)
    guard var next = try? unsafe Self.start(decoder, sink, isInOgg: true) else {
      hasFinished = true
      queue.append(.damage(reason: "damaged header of a stream"))
      return queue.append(.end(shortage: cursor.shortage, hasWrongChecksum: hasWrongChecksum))
    }
    guard
      next.sampleRate != facts.sampleRate || next.channelCount != facts.channelCount
        || next.encoding != facts.encoding
    else { return }
    (next.frameCount, next.canSeek) = (nil, false)
    sink.beginFormat()
    queue.append(.change(to: FLACDecoder(after: self, next)))
  }

  private static func start(
    _ decoder: UnsafeMutablePointer<FLAC__StreamDecoder>, _ sink: FLACSink, isInOgg: Bool
  ) throws(AudioFileError) -> SoundFacts {
    sink.forget()
    unsafe FLAC__stream_decoder_set_md5_checking(decoder, 1)
    unsafe FLAC__stream_decoder_set_metadata_respond(decoder, FLAC__METADATA_TYPE_VORBIS_COMMENT)
    unsafe FLAC__stream_decoder_set_metadata_respond(decoder, FLAC__METADATA_TYPE_PICTURE)
    let source = sink.cursor.source
    let starter =
      unsafe isInOgg ? FLAC__stream_decoder_init_ogg_stream : FLAC__stream_decoder_init_stream
    let isSeekable = source.isSeekable
    let status = unsafe starter(
      decoder, FLACSink.read, isSeekable ? FLACSink.seek : nil, FLACSink.tell,
      isSeekable ? FLACSink.length : nil, FLACSink.isAtEnd, FLACSink.write, FLACSink.metadata,
      FLACSink.error, Unmanaged.passUnretained(sink).toOpaque())
    let isRead =
      status == FLAC__STREAM_DECODER_INIT_STATUS_OK
      && (unsafe FLAC__stream_decoder_process_until_end_of_metadata(decoder)) != 0
    try sink.cursor.throwFailure()
    guard isRead, let info = sink.info else { throw .malformed("flac header is damaged") }
    // Errors in the metadata say nothing about the sound.
    sink.reason = nil
    let type = isInOgg ? AudioFileType.ogg : .flac
    let total = Int(clamping: info.total_samples)
    return try SoundFacts(
      format: AudioFileFormat(type, codec: .pcm(sink.encoding)),
      sampleRate: Double(info.sample_rate), channelCount: Int(info.channels),
      frameCount: total > 0 ? total : nil, canSeek: isSeekable, tags: sink.tags
    ).checked()
  }
}
