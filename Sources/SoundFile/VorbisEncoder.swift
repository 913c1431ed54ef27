import COgg
import CVorbisFile
import PCM

/// Frames into Vorbis packets, at the quality that libsndfile and oggenc choose by default.
/// Corresponds to `vorbis_dsp_state`. One thread at a time.
@safe final class VorbisEncoder {
  private let channelCount: Int
  // They point to one another.
  private let info: UnsafeMutablePointer<vorbis_info>
  private let state: UnsafeMutablePointer<vorbis_dsp_state>
  private let block: UnsafeMutablePointer<vorbis_block>
  private var isReady = false

  /// Throws if the encoder has no mode for this rate and number of channels.
  init(sampleRate: Int, channelCount: Int) throws(AudioFileError) {
    self.channelCount = channelCount
    unsafe info = .allocate(capacity: 1)
    unsafe info.initialize(to: vorbis_info())
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: vorbis_dsp_state())
    unsafe block = .allocate(capacity: 1)
    unsafe block.initialize(to: vorbis_block())
    unsafe vorbis_info_init(info)
    let status = unsafe vorbis_encode_init_vbr(
      info, CLong(channelCount), CLong(sampleRate), Self.quality)
    guard status == 0 else {
      throw .malformed("vorbis encoder refuses this rate or number of channels")
    }
    unsafe vorbis_analysis_init(state, info)
    unsafe vorbis_block_init(state, block)
    isReady = true
  }

  deinit {
    if isReady {
      unsafe vorbis_block_clear(block)
      unsafe vorbis_dsp_clear(state)
    }
    unsafe vorbis_info_clear(info)
    unsafe block.deallocate()
    unsafe state.deallocate()
    unsafe info.deallocate()
  }

  /// Calls `body` with the three packets before the sound.
  func withHeaders(
    _ tags: AudioFileTags,
    _ body: (inout ogg_packet, inout ogg_packet, inout ogg_packet) -> Void
  ) {
    var comment = unsafe vorbis_comment()
    unsafe vorbis_comment_init(&comment)
    defer { unsafe vorbis_comment_clear(&comment) }
    for text in tags.vorbisComments where text.hasValidName {
      unsafe vorbis_comment_add(&comment, "\(text.name)=\(text.text)")
    }
    for picture in tags.pictures {
      let text = Base64.text(of: picture.block)
      unsafe vorbis_comment_add(&comment, "METADATA_BLOCK_PICTURE=\(text)")
    }
    var (identification, comments, setup) = unsafe (ogg_packet(), ogg_packet(), ogg_packet())
    unsafe vorbis_analysis_headerout(state, &comment, &identification, &comments, &setup)
    unsafe body(&identification, &comments, &setup)
  }

  /// Takes interleaved f32 samples, from the sample `first` on, perhaps unaligned.
  func take(_ samples: UnsafeRawBufferPointer, first: Int, frameCount: Int) {
    guard frameCount > 0, let channels = unsafe vorbis_analysis_buffer(state, CInt(frameCount))
    else { return }
    let size = MemoryLayout<Float>.size
    for channel in 0..<channelCount {
      guard let target = unsafe channels[channel] else { continue }
      for frame in 0..<frameCount {
        let offset = (first + frame * channelCount + channel) * size
        unsafe target[frame] = samples.loadUnaligned(fromByteOffset: offset, as: Float.self)
      }
    }
    unsafe vorbis_analysis_wrote(state, CInt(frameCount))
  }

  /// Ends the stream.
  func end() { unsafe vorbis_analysis_wrote(state, 0) }

  /// The next packet, valid until the next call; nil if more frames are needed.
  func nextPacket() -> ogg_packet? {
    var packet = unsafe ogg_packet()
    while unsafe vorbis_bitrate_flushpacket(state, &packet) == 0 {
      guard unsafe vorbis_analysis_blockout(state, block) == 1 else { return nil }
      unsafe vorbis_analysis(block, nil)
      unsafe vorbis_bitrate_addblock(block)
    }
    return unsafe packet
  }

  private static let quality: Float = 0.4
}

extension AudioFileTags.Comment {
  /// Whether Vorbis allows its name: printable ASCII without `=`.
  fileprivate var hasValidName: Bool {
    !name.isEmpty && name.utf8.allSatisfy { (0x20...0x7D).contains($0) && $0 != UInt8(ascii: "=") }
  }
}
