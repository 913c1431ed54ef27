import CSndFile
import PCM

/// Writes any type that libsndfile knows, to a file or a pipe.
///
/// Corresponds to `sf_open_virtual`, or for Sound Designer II, whose header is a second file, to
/// `sf_open`. One thread at a time.
@safe final class SndFileWriter: FrameEncoder {
  let format: AudioFileFormat
  let channelCount: Int

  /// Whole frames that the encoder has taken.
  private(set) var frameCount = 0

  private var bytesPerFrame: Int { channelCount * format.deliveredEncoding.byteCount }
  let sink: ByteSink?
  private var handle: OpaquePointer?
  private let transfer: SndFileTransfer
  private var scratch: [Int32] = []
  private var oddSample: [UInt8] = []

  /// Starts writing to `sink`.
  init(
    _ sink: ByteSink, format: AudioFileFormat, sampleRate: Double, channelCount: Int,
    options: AudioFileWriter.Options
  ) throws(AudioFileError) {
    self.sink = sink
    self.format = format
    self.channelCount = channelCount
    transfer = SndFileTransfer(format)
    var info = Self.info(format, sampleRate: sampleRate, channelCount: channelCount)
    var functions = ByteSink.callbacks
    let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
    unsafe handle = sf_open_virtual(&functions, CInt(SFM_WRITE), &info, context)
    try prepare(options)
    try sink.throwFailure()
  }

  /// Starts writing a file by its path, with any file that belongs to it.
  init(
    path: String, format: AudioFileFormat, sampleRate: Double, channelCount: Int,
    options: AudioFileWriter.Options
  ) throws(AudioFileError) {
    sink = nil
    self.format = format
    self.channelCount = channelCount
    transfer = SndFileTransfer(format)
    var info = Self.info(format, sampleRate: sampleRate, channelCount: channelCount)
    unsafe handle = sf_open(FileName.bytes(of: path), CInt(SFM_WRITE), &info)
    try prepare(options)
  }

  deinit {
    // To learn whether closing worked, call close().
    if let handle = unsafe handle { unsafe sf_close(handle) }
  }

  /// Writes whole frames.
  func write(_ bytes: RawSpan) throws(AudioFileError) {
    guard format.codec == .voxADPCM else { return try encode(bytes) }
    // VOX has two samples per byte, and libsndfile pads the byte after every odd block.
    var samples = oddSample
    unsafe bytes.withUnsafeBytes { unsafe samples.append(contentsOf: $0) }
    let even = samples.count & ~3
    oddSample = Array(samples[even...])
    if even > 0 { unsafe try encode(samples.span.bytes.extracting(first: even)) }
  }

  private func encode(_ bytes: RawSpan) throws(AudioFileError) {
    guard let handle = unsafe handle else { return }
    let frames = bytes.byteCount / bytesPerFrame
    let written = unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe transfer.isDirect(UnsafeMutableRawPointer(mutating: base))
        ? writeDirectly(handle, base, frames) : writeThroughScratch(handle, base, frames)
    }
    frameCount += written
    // Self-contained frames are sent with their block, not with the next one.
    let flushed = Result { () throws(AudioFileError) in try sink?.flush() }
    try sink?.throwFailure()
    try flushed.get()
    if written != frames {
      throw .malformed(unsafe plainText(String(cString: sf_strerror(handle))))
    }
  }

  /// Makes the file readable up to what has been written. Corresponds to `SFC_UPDATE_HEADER_NOW`.
  func updateHeader() throws(AudioFileError) {
    guard let handle = unsafe handle else { return }
    switch format.type {
    case .wav, .wavex, .rf64, .w64, .caf, .aiff, .au, .nist, .svx, .avr, .ircam:
      unsafe sf_command(handle, CInt(SFC_UPDATE_HEADER_NOW), nil, 0)
    default: break
    }
    try sink?.flush()
    try sink?.throwFailure()
  }

  func sync() throws(AudioFileError) {
    if let handle = unsafe handle, sink == nil { unsafe sf_write_sync(handle) }
    try sink?.sync()
    try sink?.throwFailure()
  }

  /// Completes the header and closes in any case, then throws the first failure.
  func close() throws(AudioFileError) {
    guard let closing = unsafe handle else { return }
    let last = Result { () throws(AudioFileError) in
      if !oddSample.isEmpty { unsafe try encode((oddSample + [0, 0]).span.bytes) }
      let missing =
        (format.framesFilledUp - frameCount % format.framesFilledUp) % format.framesFilledUp
      if missing > 0 {
        unsafe try encode([UInt8](repeating: 0, count: missing * bytesPerFrame).span.bytes)
      }
    }
    unsafe handle = nil
    let status = unsafe sf_close(closing)
    let closed = Result { () throws(AudioFileError) in
      if format.type == .aiff { try correctLength() }
      try sink?.close()
    }
    try sink?.throwFailure()
    try last.get()
    try closed.get()
    if status != 0 { throw .malformed(unsafe plainText(String(cString: sf_error_number(status)))) }
  }

  /// Corrects the frame count in an AIFF header: libsndfile also counts the padding byte after an
  /// odd number of bytes.
  private func correctLength() throws(AudioFileError) {
    guard let sink, sink.isSeekable, case .pcm(let encoding) = format.codec else { return }
    let byteCount = frameCount * channelCount * encoding.byteCount
    guard byteCount % 2 == 1 else { return }
    try sink.flush()
    try put(frameCount, afterChunk: "COMM", at: 10, in: sink)
    try put(byteCount + 8, afterChunk: "SSND", at: 4, in: sink)
  }

  private func put(
    _ number: Int, afterChunk name: StaticString, at offset: Int, in sink: ByteSink
  ) throws(AudioFileError) {
    let mark = Array("\(name)".utf8)
    guard let start = sink.head.indices.first(where: { sink.head[$0...].starts(with: mark) }) else {
      return
    }
    sink.cursor = start + offset
    let bytes = unsafe withUnsafeBytes(of: UInt32(clamping: number).bigEndian) { unsafe Array($0) }
    let result = unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(AudioFileError) in unsafe try sink.put(bytes) }
    }
    try result.get()
  }

  private func prepare(_ options: AudioFileWriter.Options) throws(AudioFileError) {
    guard let handle = unsafe handle else {
      throw .malformed(unsafe plainText(String(cString: sf_strerror(nil))))
    }
    if Self.growsToRF64(format) {
      unsafe sf_command(handle, CInt(SFC_RF64_AUTO_DOWNGRADE), nil, CInt(SF_TRUE))
    }
    // Peaks are measured only for samples that libsndfile converts, not for bytes it copies.
    if transfer == .raw {
      // Some headers have a place for peaks by now, and are rewritten without it.
      sink?.restart()
      unsafe sf_command(handle, CInt(SFC_SET_ADD_PEAK_CHUNK), nil, CInt(SF_FALSE))
    }
    if let layout = options.layout, layout.channelCount == channelCount {
      var positions = layout.positions.map(\.sndFileNumber)
      // Fails for types that have no place for it.
      unsafe sf_command(
        handle, CInt(SFC_SET_CHANNEL_MAP_INFO), &positions,
        CInt(positions.count * MemoryLayout<CInt>.size))
    }
    for (key, text) in options.tags.all {
      // Fails for types that have no place for it.
      unsafe sf_set_string(handle, key.sndFileNumber, text)
    }
  }

  private static func info(
    _ format: AudioFileFormat, sampleRate: Double, channelCount: Int
  ) -> SF_INFO {
    var info = SF_INFO()
    info.samplerate = CInt(sampleRate)
    info.channels = CInt(channelCount)
    info.format = format.sndFileFormat ?? 0
    if growsToRF64(format) {
      info.format = AudioFileType.rf64.majorFormat | format.codec.subFormat
    }
    return info
  }

  /// Whether a WAV file can become RF64 when it exceeds 4 GiB.
  static func growsToRF64(_ format: AudioFileFormat) -> Bool {
    format.type == .wav && AudioFileFormat(.rf64, codec: format.codec).isWritable
  }

  private func writeDirectly(
    _ handle: OpaquePointer, _ base: UnsafeRawPointer, _ frames: Int
  ) -> Int {
    let count = sf_count_t(frames)
    switch transfer {
    case .raw:
      return unsafe Int(sf_write_raw(handle, base, count * sf_count_t(bytesPerFrame)))
        / bytesPerFrame
    case .short:
      return unsafe Int(sf_writef_short(handle, base.assumingMemoryBound(to: Int16.self), count))
    case .float:
      return unsafe Int(sf_writef_float(handle, base.assumingMemoryBound(to: Float.self), count))
    case .integer:
      return unsafe Int(sf_writef_int(handle, base.assumingMemoryBound(to: Int32.self), count))
    }
  }

  /// Writes through 32-bit words: for depths that libsndfile has no function for, and for addresses
  /// that its functions must not read from.
  private func writeThroughScratch(
    _ handle: OpaquePointer, _ base: UnsafeRawPointer, _ frames: Int
  ) -> Int {
    let block = 4096
    let sampleSize = format.deliveredEncoding.byteCount
    if scratch.isEmpty { scratch = Array(repeating: 0, count: block * channelCount) }
    var done = 0
    while done < frames {
      let wanted = min(block, frames - done)
      let source = unsafe base + done * channelCount * sampleSize
      let count = unsafe scratch.withUnsafeMutableBytes { words in
        guard let start = words.baseAddress else { return 0 }
        if case .integer(let byteCount) = transfer {
          unsafe unpackHighBytes(
            of: source, count: wanted * channelCount, byteCount: byteCount, into: start)
        } else {
          unsafe start.copyMemory(from: source, byteCount: wanted * channelCount * sampleSize)
        }
        return unsafe writeDirectly(handle, start, wanted)
      }
      done += count
      if count < wanted { break }
    }
    return done
  }
}
