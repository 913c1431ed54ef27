import COpusEnc
import PCM

/// Writes Ogg Opus with libopusenc, the encoder's own library: libsndfile drops the encoder's
/// remaining frames at the end, which is audible as a click.
///
/// Frames are f32 in Vorbis's channel order. One thread at a time.
@safe final class OpusWriter: FrameEncoder {
  /// Frames that the encoder has taken.
  private(set) var frameCount = 0

  private let sink: ByteSink
  private let channelCount: Int
  private var encoder: OpaquePointer?
  private var scratch: [Float] = []

  /// Starts writing to `sink`.
  ///
  /// - Parameter sampleRate: 8000, 12000, 16000, 24000 or 48000 Hz.
  init(
    _ sink: ByteSink, sampleRate: Double, channelCount: Int, tags: AudioFileTags
  ) throws(AudioFileError) {
    self.sink = sink
    self.channelCount = channelCount
    let comments = unsafe ope_comments_create()
    defer { unsafe ope_comments_destroy(comments) }
    // An invalid name is dropped.
    for comment in tags.vorbisComments {
      _ = unsafe ope_comments_add(comments, comment.name, comment.text)
    }
    for picture in tags.pictures {
      let text = Base64.text(of: picture.block)
      _ = unsafe ope_comments_add(comments, "METADATA_BLOCK_PICTURE", text)
    }
    // One or two channels, the layouts of Vorbis, or channels without particular speakers.
    let family: CInt = channelCount <= 2 ? 0 : channelCount <= 8 ? 1 : 255
    var error: CInt = 0
    var callbacks = Self.callbacks
    let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
    unsafe encoder = ope_encoder_create_callbacks(
      &callbacks, context, comments, opus_int32(sampleRate), CInt(channelCount), family, &error)
    guard let encoder = unsafe encoder else { throw Self.failure(error) }
    // Sends Ogg pages every 200 ms instead of every second, in case this process is killed.
    let delay = opus_int32(48000 / 5)
    try check(unsafe sd_ope_set_delays(encoder, delay, 0))
  }

  deinit {
    // To learn whether closing worked, call close().
    if let encoder = unsafe encoder { unsafe ope_encoder_destroy(encoder) }
  }

  func write(_ bytes: RawSpan) throws(AudioFileError) {
    guard let encoder = unsafe encoder else { return }
    let count = bytes.byteCount / (channelCount * MemoryLayout<Float>.size)
    // The samples may be unaligned.
    let samples = count * channelCount
    if scratch.count < samples { scratch = [Float](repeating: 0, count: samples) }
    let error = unsafe bytes.withUnsafeBytes { source in
      unsafe scratch.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress, let start = source.baseAddress else { return CInt(0) }
        unsafe UnsafeMutableRawPointer(base).copyMemory(from: start, byteCount: source.count)
        return unsafe ope_encoder_write_float(encoder, base, CInt(count))
      }
    }
    try sink.completeWrite()
    try check(error)
    frameCount += count
  }

  /// Does nothing: complete pages have already been written.
  func updateHeader() throws(AudioFileError) {}

  func sync() throws(AudioFileError) { try sink.sync() }

  func close() throws(AudioFileError) {
    guard let closing = unsafe encoder else { return }
    unsafe encoder = nil
    let error = unsafe ope_encoder_drain(closing)
    unsafe ope_encoder_destroy(closing)
    try sink.complete()
    try check(error)
  }

  private func check(_ error: CInt) throws(AudioFileError) {
    if error != OPE_OK { throw Self.failure(error) }
  }

  private static func failure(_ error: CInt) -> AudioFileError {
    .malformed(unsafe "opus encoder: \(plainText(String(cString: ope_strerror(error))))")
  }

  /// The two functions through which libopusenc writes. Corresponds to `OpusEncCallbacks`.
  private static var callbacks: OpusEncCallbacks {
    unsafe OpusEncCallbacks(
      write: { context, source, count in
        guard let context = unsafe context else { return 1 }
        let sink = unsafe Unmanaged<ByteSink>.fromOpaque(context).takeUnretainedValue()
        let bytes = unsafe UnsafeRawBufferPointer(start: source, count: max(0, Int(count)))
        return unsafe sink.take(bytes) == bytes.count ? 0 : 1
      },
      close: { _ in 0 })
  }
}
