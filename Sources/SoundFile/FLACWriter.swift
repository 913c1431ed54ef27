import CFLAC
import PCM

/// Writes FLAC with libFLAC, to keep all texts, pictures and speakers.
///
/// Frames are integers in the machine's byte order. The header is written with the first frame. One
/// thread at a time. Corresponds to `FLAC__stream_encoder_init_stream`.
@safe final class FLACWriter: FrameEncoder {
  /// Frames that the encoder has taken.
  private(set) var frameCount = 0

  private let sink: ByteSink
  private let encoding: SampleEncoding
  private let channelCount: Int
  private let encoder: UnsafeMutablePointer<FLAC__StreamEncoder>
  private var tags: AudioFileTags
  private var blocks = unsafe [UnsafeMutablePointer<FLAC__StreamMetadata>?]()
  private var hasBegun = false
  private var isClosed = false
  private var scratch: [Int32] = []

  /// Prepares to write to `sink`.
  init(
    _ sink: ByteSink, encoding: SampleEncoding, sampleRate: Double, channelCount: Int,
    options: AudioFileWriter.Options
  ) throws(AudioFileError) {
    guard let made = unsafe FLAC__stream_encoder_new() else { throw .malformed("out of memory") }
    unsafe encoder = made
    self.sink = sink
    self.encoding = encoding
    self.channelCount = channelCount
    tags = options.tags
    if let layout = options.layout, layout.channelCount == channelCount,
      layout != ChannelLayout.standard(channelCount)
    {
      tags.channelMask = layout.mask
    }
    unsafe FLAC__stream_encoder_set_channels(made, UInt32(channelCount))
    unsafe FLAC__stream_encoder_set_bits_per_sample(made, UInt32(8 * encoding.byteCount))
    unsafe FLAC__stream_encoder_set_sample_rate(made, UInt32(sampleRate))
    unsafe FLAC__stream_encoder_set_compression_level(made, 5)
    if let count = options.length.exact {
      unsafe FLAC__stream_encoder_set_total_samples_estimate(made, FLAC__uint64(count))
    }
  }

  deinit {
    // To learn whether closing worked, call close().
    unsafe FLAC__stream_encoder_delete(encoder)
    for index in unsafe blocks.indices { unsafe FLAC__metadata_object_delete(blocks[index]) }
  }

  func write(_ bytes: RawSpan) throws(AudioFileError) {
    try begin()
    let samples = bytes.byteCount / encoding.byteCount
    guard samples > 0 else { return }
    if scratch.count < samples { scratch = [Int32](repeating: 0, count: samples) }
    let isWritten = unsafe bytes.withUnsafeBytes { source in
      unsafe scratch.withUnsafeMutableBufferPointer { target in
        guard let start = source.baseAddress, let words = target.baseAddress else { return true }
        let byteCount = encoding.byteCount
        unsafe unpackHighBytes(of: start, count: samples, byteCount: byteCount, into: words)
        let shift = Int32(32 - 8 * byteCount)
        for index in 0..<samples { unsafe words[index] >>= shift }
        return unsafe FLAC__stream_encoder_process_interleaved(
          encoder, words, UInt32(samples / channelCount)) != 0
      }
    }
    try sink.completeWrite()
    if !isWritten { throw failure() }
    frameCount += samples / channelCount
  }

  /// Does nothing: complete blocks have already been written.
  func updateHeader() throws(AudioFileError) {}

  /// Stores the date as a text, if the header is not written yet.
  func setOrigination(_ origination: Origination) throws(AudioFileError) {
    if !hasBegun, tags[.date] == nil { tags[.date] = origination.text }
  }

  func sync() throws(AudioFileError) { try sink.sync() }

  func close() throws(AudioFileError) {
    guard !isClosed else { return }
    isClosed = true
    let finished = Result { () throws(AudioFileError) in
      try begin()
      if unsafe FLAC__stream_encoder_finish(encoder) == 0 { throw failure() }
    }
    try sink.complete()
    try finished.get()
  }

  // MARK: The header

  private func begin() throws(AudioFileError) {
    guard !hasBegun else { return }
    hasBegun = true
    addComments()
    for picture in tags.pictures { add(picture) }
    unsafe blocks.withUnsafeMutableBufferPointer { blocks in
      _ = unsafe FLAC__stream_encoder_set_metadata(
        encoder, blocks.baseAddress, UInt32(blocks.count))
    }
    var status = start()
    if status == FLAC__STREAM_ENCODER_INIT_STATUS_NOT_STREAMABLE {
      // Some players need a rate that each frame's header can state.
      unsafe FLAC__stream_encoder_set_streamable_subset(encoder, 0)
      status = start()
    }
    try sink.throwFailure()
    guard status == FLAC__STREAM_ENCODER_INIT_STATUS_OK else {
      throw .malformed("flac encoder refuses this rate or number of channels")
    }
  }

  private func start() -> FLAC__StreamEncoderInitStatus {
    let isSeekable = sink.isSeekable
    return unsafe FLAC__stream_encoder_init_stream(
      encoder, Self.write, isSeekable ? Self.seek : nil, isSeekable ? Self.tell : nil, nil,
      Unmanaged.passUnretained(sink).toOpaque())
  }

  private func addComments() {
    var comments = tags.vorbisComments
    if let mask = tags.channelMask {
      let digits = String(mask, radix: 16, uppercase: true)
      let padding = String(repeating: "0", count: max(0, 4 - digits.count))
      comments.append(
        .init(name: "WAVEFORMATEXTENSIBLE_CHANNEL_MASK", text: "0x\(padding)\(digits)"))
    }
    guard !comments.isEmpty,
      let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT)
    else { return }
    for comment in comments {
      var bytes = Array("\(comment.name)=\(comment.text)".utf8)
      let count = UInt32(bytes.count)
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        let entry = unsafe FLAC__StreamMetadata_VorbisComment_Entry(
          length: count, entry: bytes.baseAddress)
        // An invalid name is dropped.
        _ = unsafe FLAC__metadata_object_vorbiscomment_append_comment(block, entry, 1)
      }
    }
    unsafe blocks.append(block)
  }

  private func add(_ picture: Picture) {
    guard let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_PICTURE) else { return }
    unsafe block.pointee.data.picture.type = FLAC__StreamMetadata_Picture_Type(
      rawValue: UInt32(picture.kind))
    unsafe block.pointee.data.picture.width = UInt32(picture.width)
    unsafe block.pointee.data.picture.height = UInt32(picture.height)
    unsafe block.pointee.data.picture.depth = UInt32(picture.depth)
    unsafe block.pointee.data.picture.colors = UInt32(picture.colorCount)
    var mimeType = picture.mimeType.utf8.map { CChar(bitPattern: $0) } + [0]
    var caption = Array(picture.caption.utf8) + [0]
    var data = picture.data
    let isTaken =
      unsafe FLAC__metadata_object_picture_set_mime_type(block, &mimeType, 1) != 0
      && FLAC__metadata_object_picture_set_description(block, &caption, 1) != 0
      && FLAC__metadata_object_picture_set_data(block, &data, UInt32(data.count), 1) != 0
    if isTaken {
      unsafe blocks.append(block)
    } else {
      unsafe FLAC__metadata_object_delete(block)
    }
  }

  private func failure() -> AudioFileError {
    let state = unsafe FLAC__stream_encoder_get_state(encoder)
    return .malformed("flac encoder fails (\(state.rawValue))")
  }

  // MARK: Callbacks

  private static func at(_ context: UnsafeMutableRawPointer?) -> ByteSink? {
    unsafe context.map { unsafe Unmanaged<ByteSink>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let write: FLAC__StreamEncoderWriteCallback = { _, source, count, _, _, context in
    guard let sink = unsafe FLACWriter.at(context) else {
      return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: source, count: count)
    return unsafe sink.take(bytes) == count
      ? FLAC__STREAM_ENCODER_WRITE_STATUS_OK : FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR
  }

  private static let seek: FLAC__StreamEncoderSeekCallback = { _, offset, context in
    guard let sink = unsafe FLACWriter.at(context) else {
      return FLAC__STREAM_ENCODER_SEEK_STATUS_ERROR
    }
    sink.cursor = Int(clamping: offset)
    return FLAC__STREAM_ENCODER_SEEK_STATUS_OK
  }

  private static let tell: FLAC__StreamEncoderTellCallback = { _, offset, context in
    guard let sink = unsafe FLACWriter.at(context) else {
      return FLAC__STREAM_ENCODER_TELL_STATUS_ERROR
    }
    unsafe offset?.pointee = FLAC__uint64(sink.cursor)
    return FLAC__STREAM_ENCODER_TELL_STATUS_OK
  }
}
