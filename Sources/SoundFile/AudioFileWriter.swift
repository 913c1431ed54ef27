public import PCM

/// A sound file or stream open for writing: raw interleaved frames in a given encoding.
///
/// The combination of type, codec, rate and channels is checked before anything is created or
/// truncated. `close` completes the file and throws if that fails; a writer that goes out of scope
/// completes it too, but reports nothing. One thread at a time, any thread.
public struct AudioFileWriter: ~Copyable {
  /// The format of the file.
  public let format: AudioFileFormat

  /// The encoding of the bytes that `write` takes.
  public var encoding: SampleEncoding { format.deliveredEncoding }

  /// Frames per second, in Hz.
  public let sampleRate: Double

  /// Samples per frame.
  public let channelCount: Int

  /// Samples clipped so far: NaN and infinite ones, which a lossy codec cannot take and which became
  /// silence and full scale, and floating point beyond ±1 of a `SampleBuffer` in an integer file.
  public internal(set) var clippedCount = 0

  /// Frames written so far; of plain samples, those that have left this process.
  public var frameCount: Int { encoder.frameCount }

  /// Bytes per frame, as `write` takes it.
  public var bytesPerFrame: Int { channelCount * encoding.byteCount }

  let encoder: any FrameEncoder
  private let order: ChannelOrder?

  /// Creates or replaces a file.
  ///
  /// WAV becomes RF64 beyond 4 GiB. An existing path that is not a regular file is a stream.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - format: The format to write; `AudioFileFormat.check` says which are refused.
  ///   - sampleRate: In Hz, a whole number.
  ///   - channelCount: Samples per frame.
  ///   - options: Other facts about the sound.
  ///   - interrupted: Called after a signal interrupts a write; true ends the write with
  ///     `interrupted`.
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

  /// Writes to a descriptor: a stream, or an empty regular file, whose header can be completed.
  ///
  /// - Parameters:
  ///   - descriptor: A descriptor open for writing.
  ///   - closing: Whether to close the descriptor with the writer, and if opening fails.
  ///   - format: The format to write; a stream needs a type with `canBeWrittenToPipe`.
  ///   - sampleRate: In Hz, a whole number.
  ///   - channelCount: Samples per frame.
  ///   - options: Other facts about the sound.
  ///   - interrupted: Called after a signal interrupts a write; true ends the write with
  ///     `interrupted`.
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
    // libsndfile would create the second file without a name, in this process's current directory.
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
    let encoder = try Self.encoder(sink, format, sampleRate, channelCount, options)
    self.init(encoder, format, sampleRate, channelCount)
  }

  /// The encoder for anything but plain samples.
  private static func encoder(
    _ sink: ByteSink, _ format: AudioFileFormat, _ sampleRate: Double, _ channelCount: Int,
    _ options: Options
  ) throws(AudioFileError) -> any FrameEncoder {
    switch format.type {
    case .opus:
      try OpusWriter(sink, sampleRate: sampleRate, channelCount: channelCount, tags: options.tags)
    case .ogg where format.codec == .vorbis:
      try VorbisWriter(
        sink, sampleRate: sampleRate, channelCount: channelCount, tags: options.tags)
    case .mp3:
      try MP3Writer(sink, sampleRate: sampleRate, channelCount: channelCount, tags: options.tags)
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
  /// Throws `system` with the operating system's error, such as a full disk or a pipe without a
  /// reader; `frameCount` then says how far it got. Corresponds to `sf_write_raw` and
  /// `sf_writef_float`.
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

  /// Makes everything written so far readable, whatever happens to this process next.
  ///
  /// Does nothing for streams, and for types whose header needs or allows no update (Ogg, FLAC).
  /// Corresponds to `SFC_UPDATE_HEADER_NOW`.
  public mutating func updateHeader() throws(AudioFileError) { try encoder.updateHeader() }

  /// Sets the capture time of the first frame in a file opened with `reservesOrigination`, before
  /// or after frames are written; does nothing if the type has no place for it.
  public mutating func setOrigination(_ origination: Origination) throws(AudioFileError) {
    try encoder.setOrigination(origination)
  }

  /// Waits until the written data is on the disk; does nothing for streams. Corresponds to
  /// fsync(2).
  public mutating func sync() throws(AudioFileError) { try encoder.sync() }

  /// Completes the file, closes the descriptor if it is ours, and throws any failure, a full disk
  /// included.
  ///
  /// Corresponds to `sf_close`.
  public consuming func close() throws(AudioFileError) { try encoder.close() }
}

extension AudioFileWriter {
  /// The length of the sound, as far as known.
  public enum Length: Hashable, Sendable {
    /// A recording without an end.
    case unknown
    /// At most this many frames.
    case atMost(Int)
    /// Exactly this many frames; a pipe's header states them.
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

  /// Facts about the sound besides format, rate and channels.
  public struct Options: Hashable, Sendable {
    /// Texts, for types that have a place for them.
    public var tags = AudioFileTags()

    /// The speaker of each channel, for types that have a place for it; frames are in its order.
    public var layout: ChannelLayout?

    /// The capture time of the first frame, for WAV and RF64 files.
    public var origination: Origination?

    /// Whether a file reserves room for a later `setOrigination`.
    public var reservesOrigination = false

    /// The length: a WAV that cannot exceed 4 GiB reserves no room to become RF64.
    public var length = Length.unknown

    /// Whether an existing file is replaced; if not, it is an error.
    public var replacing = true

    /// Creates options without facts.
    public init() {}

    var originationField: WAVHeaderPlan.OriginationField {
      if let origination { return .known(origination) }
      return reservesOrigination ? .reserved : .absent
    }
  }

  /// Throws unless all parameters fit together; creates and truncates nothing.
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

  /// The header before plain samples that need no libsndfile, or nil if they do.
  ///
  /// In a pipe, the header omits everything that could confuse a reader.
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
  /// Whether the header can describe more than 4 GiB, or has no length.
  fileprivate var isUnlimited: Bool {
    switch self {
    case .raw, .rf64, .w64, .caf, .au, .flac, .ogg, .opus, .mp3, .ircam: true
    default: false
    }
  }
}
