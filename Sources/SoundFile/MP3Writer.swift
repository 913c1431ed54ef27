import CLame
import PCM

/// Writes MPEG layer III with LAME, to keep all texts and a picture: libsndfile has a place for a
/// few texts only.
///
/// Frames are f32. Quality is LAME's default for a variable bit rate (V4), which is also
/// libsndfile's. A file starts with a frame that counts the others, for players without gaps; a pipe
/// has none. One thread at a time. Corresponds to `lame_encode_buffer_ieee_float`.
@safe final class MP3Writer: FrameEncoder {
  /// Frames that the encoder has taken.
  private(set) var frameCount = 0

  private let sink: ByteSink
  private let channelCount: Int
  private var tags: AudioFileTags
  private let encoder: OpaquePointer
  private var samples: [Float] = []
  private var output: [UInt8]
  /// The length of the texts before the first frame.
  private var tagByteCount = 0
  private var hasBegun = false
  private var isClosed = false

  /// Prepares to write to `sink`; throws if the encoder has no mode for this rate.
  ///
  /// - Parameter sampleRate: In Hz, a whole number.
  init(
    _ sink: ByteSink, sampleRate: Double, channelCount: Int, tags: AudioFileTags
  ) throws(AudioFileError) {
    self.sink = sink
    self.channelCount = channelCount
    self.tags = tags
    // As LAME requires.
    output = [UInt8](repeating: 0, count: Self.blockSize * 5 / 4 + 7200)
    guard let made = unsafe lame_init() else { throw .malformed("out of memory") }
    unsafe encoder = made
    // Without these, it prints what it finds wrong.
    unsafe lame_set_errorf(made, nil)
    unsafe lame_set_msgf(made, nil)
    unsafe lame_set_debugf(made, nil)
    unsafe lame_set_in_samplerate(made, CInt(sampleRate))
    let isPossible = unsafe lame_set_out_samplerate(made, CInt(sampleRate)) >= 0
    unsafe lame_set_num_channels(made, CInt(channelCount))
    unsafe lame_set_VBR(made, vbr_default)
    unsafe lame_set_write_id3tag_automatic(made, 0)
    unsafe lame_set_bWriteVbrTag(made, sink.isSeekable ? 1 : 0)
    guard isPossible, unsafe lame_init_params(made) >= 0 else {
      throw .malformed("mp3 encoder refuses this rate or number of channels")
    }
  }

  deinit { unsafe lame_close(encoder) }

  func write(_ bytes: RawSpan) throws(AudioFileError) {
    begin()
    let bytesPerFrame = channelCount * MemoryLayout<Float>.size
    let count = bytes.byteCount / bytesPerFrame
    var done = 0
    var isEncoded = true
    while done < count, isEncoded {
      let block = min(Self.blockSize, count - done)
      let part = bytes.extracting((done * bytesPerFrame)..<((done + block) * bytesPerFrame))
      isEncoded = encode(part, frameCount: block)
      done += block
    }
    try sink.completeWrite()
    guard isEncoded else { throw .malformed("mp3 encoder failed") }
    frameCount += count
  }

  /// Does nothing: whole frames have already been written.
  func updateHeader() throws(AudioFileError) {}

  /// Stores the date as a text, if the texts are not written yet.
  func setOrigination(_ origination: Origination) throws(AudioFileError) {
    if !hasBegun, tags[.date] == nil { tags[.date] = origination.text }
  }

  func sync() throws(AudioFileError) { try sink.sync() }

  func close() throws(AudioFileError) {
    guard !isClosed else { return }
    isClosed = true
    begin()
    put(Int(unsafe lame_encode_flush(encoder, &output, CInt(output.count))))
    if sink.isSeekable {
      sink.cursor = tagByteCount
      put(Int(unsafe lame_get_lametag_frame(encoder, &output, output.count)))
    }
    try sink.complete()
  }

  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    guard !tags.isEmpty else { return }
    let tag = unsafe ID3.tag(tags, of: encoder)
    tagByteCount = tag.count
    // The sink keeps a failure for its user.
    unsafe tag.withUnsafeBytes { _ = unsafe sink.take($0) }
  }

  /// Encodes interleaved samples, perhaps unaligned; false if the encoder fails.
  private func encode(_ bytes: RawSpan, frameCount: Int) -> Bool {
    let sampleCount = frameCount * channelCount
    if samples.count < sampleCount { samples = [Float](repeating: 0, count: sampleCount) }
    unsafe bytes.withUnsafeBytes { source in
      unsafe samples.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
    }
    let (frames, room) = (CInt(frameCount), CInt(output.count))
    let count =
      channelCount == 1
      ? unsafe lame_encode_buffer_ieee_float(encoder, samples, nil, frames, &output, room)
      : unsafe lame_encode_buffer_interleaved_ieee_float(encoder, samples, frames, &output, room)
    put(Int(count))
    return count >= 0
  }

  private func put(_ byteCount: Int) {
    guard byteCount > 0 else { return }
    unsafe output.withUnsafeBytes { bytes in
      _ = unsafe sink.take(UnsafeRawBufferPointer(rebasing: bytes[..<byteCount]))
    }
  }

  private static let blockSize = 1152 * 8
}
