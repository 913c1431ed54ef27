public import PCM

/// A sound file or stream being written: raw interleaved frames in a stated encoding.
///
/// Every combination of type, codec, rate and channels is checked before anything is created or
/// cut. `close` completes the file and tells whether that worked; a writer that just goes out of
/// scope completes it too, and tells nobody. One thread at a time, any thread.
public struct AudioFileWriter: ~Copyable {
  /// What is being written.
  public let format: AudioFileFormat

  /// The encoding of the bytes that `write` takes.
  public var encoding: SampleEncoding { format.deliveredEncoding }

  /// Frames a second.
  public let sampleRate: Double

  /// Samples in a frame.
  public let channelCount: Int

  /// Frames taken so far; of plain samples those that left this process.
  public var frameCount: Int { encoder.frameCount }

  /// Bytes of one frame that `write` takes.
  public var bytesPerFrame: Int { channelCount * encoding.byteCount }

  let encoder: Encoder

  /// Creates or replaces a file.
  ///
  /// WAV becomes RF64 beyond 4 GiB. A path that exists and is no regular file is a stream.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - format: what to write; see `AudioFileFormat.check` for what is refused.
  ///   - sampleRate: in Hz, a whole number.
  ///   - channelCount: samples in a frame.
  ///   - tags: texts for types that have a place for them.
  ///   - replacing: whether a file that exists is replaced, or an error.
  ///   - interrupted: asked after a signal interrupted a write; true ends it with `interrupted`.
  ///
  /// Corresponds to `sf_open`.
  public init(
    path: String, format: AudioFileFormat, sampleRate: Double, channelCount: Int,
    tags: AudioFileTags = AudioFileTags(), replacing: Bool = true,
    interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let isStream = Descriptor.isStream(path)
    try Self.rehearse(format, sampleRate, channelCount, isStream: isStream)
    if format.type == .sd2 {
      if !replacing && Descriptor.exists(path) { throw .system(Descriptor.alreadyExists) }
      let writer = try SndFileWriter(
        path: path, format: format, sampleRate: sampleRate, channelCount: channelCount, tags: tags)
      self.init(.library(writer), format, sampleRate, channelCount)
      return
    }
    let descriptor = try Descriptor.open(
      path, flags: Descriptor.writing(replacing: replacing || isStream), interrupted: interrupted)
    try self.init(descriptor, format, sampleRate, channelCount, tags)
  }

  /// Writes to what a descriptor writes to: a stream, or an empty regular file, whose header can
  /// be completed.
  ///
  /// - Parameters:
  ///   - descriptor: open for writing.
  ///   - closing: whether the descriptor is closed with the writer, and if opening fails.
  ///   - format: what to write; streams take the types that `canBeWrittenToPipe`.
  ///   - sampleRate: in Hz, a whole number.
  ///   - channelCount: samples in a frame.
  ///   - tags: texts for types that have a place for them.
  ///   - interrupted: asked after a signal interrupted a write; true ends it with `interrupted`.
  ///
  /// Corresponds to `sf_open_virtual`.
  public init(
    descriptor: Int32, closing: Bool = false, format: AudioFileFormat, sampleRate: Double,
    channelCount: Int, tags: AudioFileTags = AudioFileTags(),
    interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let descriptor = Descriptor(number: descriptor, closes: closing, interrupted: interrupted)
    try self.init(descriptor, format, sampleRate, channelCount, tags)
  }

  private init(
    _ descriptor: Descriptor, _ format: AudioFileFormat, _ sampleRate: Double,
    _ channelCount: Int, _ tags: AudioFileTags
  ) throws(AudioFileError) {
    // libsndfile would make the second one without a name, wherever this process happens to be.
    if format.type == .sd2 { throw .unsupported("sd2 is two files and needs a file name") }
    let sink = try ByteSink(descriptor)
    try Self.rehearse(format, sampleRate, channelCount, isStream: !sink.isSeekable)
    if let header = Self.plainHeader(format, sampleRate, channelCount, isStream: !sink.isSeekable) {
      let bytesPerFrame = channelCount * format.deliveredEncoding.byteCount
      let writer = try PlainWriter(sink, header: header, bytesPerFrame: bytesPerFrame)
      self.init(.plain(writer), format, sampleRate, channelCount)
      return
    }
    if !format.type.isUnlimited && !SndFileWriter.growsToRF64(format) {
      let text = "\(format.type.name) holds at most 4 GiB, use wav, w64, caf or flac"
      sink.limit = (0xFFFF_FFFF, .tooLong(text))
    }
    sink.dropsEmptyMPEGFrame = format.type == .mp3 && !sink.isSeekable
    let writer = try SndFileWriter(
      sink, format: format, sampleRate: sampleRate, channelCount: channelCount, tags: tags)
    self.init(.library(writer), format, sampleRate, channelCount)
  }

  private init(
    _ encoder: Encoder, _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int
  ) {
    self.encoder = encoder
    self.format = format
    self.sampleRate = sampleRate
    self.channelCount = channelCount
  }

  /// Writes whole frames, all of them before it returns.
  ///
  /// Throws `system` with the operating system's error, a full disk and a pipe whose reader went
  /// away among them; `frameCount` then tells how far it got.
  /// Corresponds to `sf_write_raw` and `sf_writef_float`.
  public mutating func write(_ bytes: RawSpan) throws(AudioFileError) {
    precondition(bytes.byteCount % bytesPerFrame == 0, "whole frames")
    try encoder.write(bytes)
  }

  /// Makes what was written so far readable, whatever happens to this process next.
  ///
  /// Nothing for streams, and for types whose header needs or allows no update (Ogg, FLAC).
  /// Corresponds to `SFC_UPDATE_HEADER_NOW`.
  public mutating func updateHeader() throws(AudioFileError) { try encoder.updateHeader() }

  /// Waits until what was written is on the disk; nothing for streams. Corresponds to fsync(2).
  public mutating func sync() throws(AudioFileError) { try encoder.sync() }

  /// Completes the file, closes what is ours and throws whatever went wrong, a full disk included.
  ///
  /// Corresponds to `sf_close`.
  public consuming func close() throws(AudioFileError) { try encoder.close() }
}

extension AudioFileWriter {
  /// Throws unless all of it fits together; creates and cuts nothing.
  private static func rehearse(
    _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int, isStream: Bool
  ) throws(AudioFileError) {
    try format.check(sampleRate: sampleRate, channelCount: channelCount, isStream: isStream)
    let header = plainHeader(format, sampleRate, channelCount, isStream: isStream)
    if header != nil || format.type == .sd2 { return }
    try SndFileWriter.rehearse(format, sampleRate: sampleRate, channelCount: channelCount)
  }

  /// The header before plain samples that need no libsndfile, nil where they need it.
  private static func plainHeader(
    _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int, isStream: Bool
  ) -> [UInt8]? {
    guard case .pcm(let encoding) = format.codec else { return nil }
    return switch format.type {
    case .raw: []
    case .wav where isStream:
      WAVHeader.streamHeader(
        encoding: encoding, sampleRate: Int(sampleRate), channelCount: channelCount)
    case .au where isStream:
      SunHeader.streamHeader(
        encoding: encoding, sampleRate: Int(sampleRate), channelCount: channelCount)
    default: nil
    }
  }
}

extension AudioFileType {
  /// Whether the header can tell of more than 4 GiB, or needs to tell nothing.
  fileprivate var isUnlimited: Bool {
    switch self {
    case .raw, .rf64, .w64, .caf, .au, .flac, .ogg, .opus, .mp3, .ircam: true
    default: false
    }
  }
}
