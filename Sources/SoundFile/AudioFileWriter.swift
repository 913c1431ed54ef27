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

  /// Samples that were no number, or without bound, and that a lossy codec could not take: they became
  /// silence, and full scale.
  public private(set) var clippedCount = 0

  /// Frames taken so far; of plain samples those that left this process.
  public var frameCount: Int { encoder.frameCount }

  /// Bytes of one frame that `write` takes.
  public var bytesPerFrame: Int { channelCount * encoding.byteCount }

  let encoder: any FrameEncoder
  private let order: ChannelOrder?

  /// Creates or replaces a file.
  ///
  /// WAV becomes RF64 beyond 4 GiB. A path that exists and is no regular file is a stream.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - format: what to write; see `AudioFileFormat.check` for what is refused.
  ///   - sampleRate: in Hz, a whole number.
  ///   - channelCount: samples in a frame.
  ///   - options: what else is known.
  ///   - interrupted: asked after a signal interrupted a write; true ends it with `interrupted`.
  ///
  /// Corresponds to `sf_open`.
  public init(
    path: String, format: AudioFileFormat, sampleRate: Double, channelCount: Int,
    options: Options = Options(), interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let isStream = Descriptor.isStream(path)
    try Self.rehearse(format, sampleRate, channelCount, isStream: isStream)
    let replacing = options.replacing
    if format.type == .sd2 {
      if !replacing && Descriptor.exists(path) { throw .system(Descriptor.alreadyExists) }
      let writer = try SndFileWriter(
        path: path, format: format, sampleRate: sampleRate, channelCount: channelCount,
        options: options)
      self.init(writer, format, sampleRate, channelCount)
      return
    }
    let descriptor = try Descriptor.open(
      path, flags: Descriptor.writing(replacing: replacing || isStream), interrupted: interrupted)
    try self.init(descriptor, format, sampleRate, channelCount, options)
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
  ///   - options: what else is known.
  ///   - interrupted: asked after a signal interrupted a write; true ends it with `interrupted`.
  ///
  /// Corresponds to `sf_open_virtual`.
  public init(
    descriptor: Int32, closing: Bool = false, format: AudioFileFormat, sampleRate: Double,
    channelCount: Int, options: Options = Options(), interrupted: (@Sendable () -> Bool)? = nil
  ) throws(AudioFileError) {
    let descriptor = Descriptor(number: descriptor, closes: closing, interrupted: interrupted)
    try self.init(descriptor, format, sampleRate, channelCount, options)
  }

  private init(
    _ descriptor: Descriptor, _ format: AudioFileFormat, _ sampleRate: Double,
    _ channelCount: Int, _ options: Options
  ) throws(AudioFileError) {
    // libsndfile would make the second one without a name, wherever this process happens to be.
    if format.type == .sd2 { throw .unsupported("sd2 is two files and needs a file name") }
    let sink = try ByteSink(descriptor)
    let isStream = !sink.isSeekable
    try Self.rehearse(format, sampleRate, channelCount, isStream: isStream)
    if let header = Self.plainHeader(format, sampleRate, channelCount, options, isStream: isStream)
    {
      let bytesPerFrame = channelCount * format.deliveredEncoding.byteCount
      let writer = try PlainWriter(
        sink, header: header, bytesPerFrame: bytesPerFrame, frameCount: options.length.exact)
      self.init(writer, format, sampleRate, channelCount)
      return
    }
    if !format.type.isUnlimited && !SndFileWriter.growsToRF64(format) {
      let text = "\(format.type.name) holds at most 4 GiB, use wav, w64, caf or flac"
      sink.limit = (0xFFFF_FFFF, .tooLong(text))
    }
    sink.dropsEmptyMPEGFrame = format.type == .mp3 && isStream
    let encoder = try Self.encoder(sink, format, sampleRate, channelCount, options)
    self.init(encoder, format, sampleRate, channelCount)
  }

  /// Whoever writes what is not plain samples.
  private static func encoder(
    _ sink: ByteSink, _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int,
    _ options: Options
  ) throws(AudioFileError) -> any FrameEncoder {
    switch format.type {
    case .opus:
      try OpusWriter(sink, sampleRate: sampleRate, channelCount: channelCount, tags: options.tags)
    case .flac:
      try FLACWriter(
        sink, encoding: format.deliveredEncoding, sampleRate: sampleRate,
        channelCount: channelCount, options: options)
    default:
      try SndFileWriter(
        sink, format: format, sampleRate: sampleRate, channelCount: channelCount, options: options)
    }
  }

  private init(
    _ encoder: any FrameEncoder, _ format: AudioFileFormat, _ sampleRate: Double,
    _ channelCount: Int
  ) {
    self.encoder = encoder
    self.format = format
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    order = ChannelOrder(of: format.codec, channelCount: channelCount)
  }

  /// Writes whole frames, all of them before it returns.
  ///
  /// Throws `system` with the operating system's error, a full disk and a pipe whose reader went
  /// away among them; `frameCount` then tells how far it got.
  /// Corresponds to `sf_write_raw` and `sf_writef_float`.
  public mutating func write(_ bytes: RawSpan) throws(AudioFileError) {
    precondition(bytes.byteCount % bytesPerFrame == 0, "whole frames")
    if !format.codec.isLossless, encoding == SampleEncoding(.float32),
      let repaired = Finite.repaired(bytes)
    {
      clippedCount += repaired.count
      return unsafe try writeOrdered(repaired.bytes.span.bytes)
    }
    try writeOrdered(bytes)
  }

  private func writeOrdered(_ bytes: RawSpan) throws(AudioFileError) {
    guard let order else { return try encoder.write(bytes) }
    unsafe try encoder.write(order.ordered(bytes, sampleByteCount: encoding.byteCount).span.bytes)
  }

  /// Makes what was written so far readable, whatever happens to this process next.
  ///
  /// Nothing for streams, and for types whose header needs or allows no update (Ogg, FLAC).
  /// Corresponds to `SFC_UPDATE_HEADER_NOW`.
  public mutating func updateHeader() throws(AudioFileError) { try encoder.updateHeader() }

  /// Says when the first frame was captured, in a file opened with `reservesOrigination`, before or
  /// after frames are written; nothing where the type has no place for it.
  public mutating func setOrigination(_ origination: Origination) throws(AudioFileError) {
    try encoder.setOrigination(origination)
  }

  /// Waits until what was written is on the disk; nothing for streams. Corresponds to fsync(2).
  public mutating func sync() throws(AudioFileError) { try encoder.sync() }

  /// Completes the file, closes what is ours and throws whatever went wrong, a full disk included.
  ///
  /// Corresponds to `sf_close`.
  public consuming func close() throws(AudioFileError) { try encoder.close() }
}

extension AudioFileWriter {
  /// How long the sound will be, as far as that is known.
  public enum Length: Hashable, Sendable {
    /// A recording without an end.
    case unknown
    /// So many frames or fewer.
    case atMost(Int)
    /// So many frames; a pipe's header says so.
    case exactly(Int)

    var most: Int? {
      switch self {
      case .unknown: nil
      case .atMost(let count), .exactly(let count): count
      }
    }

    var exact: Int? {
      if case .exactly(let count) = self { count } else { nil }
    }
  }

  /// What a writer may be told beside format, rate and channels.
  public struct Options: Hashable, Sendable {
    /// Texts, for types that have a place for them.
    public var tags = AudioFileTags()

    /// The speaker of each channel, for types that have a place for it; frames are in its order.
    public var layout: ChannelLayout?

    /// When the first frame was captured, for WAV and RF64 files.
    public var origination: Origination?

    /// Whether a file has room for what only `setOrigination` will tell.
    public var reservesOrigination = false

    /// How long it will be: a WAV that cannot pass 4 GiB leaves no room to become RF64.
    public var length = Length.unknown

    /// Whether a file that exists is replaced, or an error.
    public var replacing = true

    /// Nothing is known.
    public init() {}

    var originationField: WAVHeaderPlan.OriginationField {
      if let origination { return .known(origination) }
      return reservesOrigination ? .reserved : .absent
    }
  }

  /// Throws unless all of it fits together; creates and cuts nothing.
  private static func rehearse(
    _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int, isStream: Bool
  ) throws(AudioFileError) {
    try format.check(sampleRate: sampleRate, channelCount: channelCount, isStream: isStream)
    let header = plainHeader(format, sampleRate, channelCount, Options(), isStream: isStream)
    if header != nil || format.type == .sd2 { return }
    do throws(AudioFileError) {
      let encoder = try encoder(.rehearsal(), format, sampleRate, channelCount, Options())
      let frame = [UInt8](repeating: 0, count: channelCount * format.deliveredEncoding.byteCount)
      unsafe try encoder.write(frame.span.bytes)
      try encoder.close()
    } catch {
      throw .unsupported(
        "\(format.name) cannot be written at \(plain(sampleRate)) Hz in \(channelCount) channels"
          + " (\(error.message))")
    }
  }

  /// The header before plain samples that need no libsndfile, nil where they need it.
  ///
  /// In a pipe a header has nothing that its reader could stumble over.
  private static func plainHeader(
    _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int, _ options: Options,
    isStream: Bool
  ) -> (any PlainHeader)? {
    guard case .pcm(let encoding) = format.codec else { return nil }
    func wav(_ growth: WAVHeaderPlan.Growth) -> WAVHeaderPlan? {
      WAVHeaderPlan(
        encoding: encoding, sampleRate: Int(sampleRate), channelCount: channelCount,
        layout: options.layout, growth: growth, tags: isStream ? AudioFileTags() : options.tags,
        origination: isStream ? .absent : options.originationField)
    }
    switch format.type {
    case .raw: return NoHeader()
    case .rf64: return wav(.isRF64)
    case .wav:
      guard !isStream, let short = wav(.none) else { return wav(.none) }
      let bytesPerFrame = channelCount * encoding.byteCount
      let most = (short.largestDataByteCount ?? 0) / bytesPerFrame
      return options.length.most.map { $0 <= most } == true ? short : wav(.toRF64)
    case .au:
      return SunHeaderPlan(
        encoding: encoding, sampleRate: Int(sampleRate), channelCount: channelCount)
    case .caf:
      return CAFHeaderPlan(
        encoding: encoding, sampleRate: sampleRate, channelCount: channelCount,
        layout: options.layout, tags: options.tags)
    default: return nil
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
