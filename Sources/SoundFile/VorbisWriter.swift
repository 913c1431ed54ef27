import COgg
import CVorbisFile
import PCM

/// Writes Ogg Vorbis with libvorbisenc, to keep all texts and pictures.
///
/// Frames are f32 in Vorbis's channel order. The header is written with the first frame. One thread
/// at a time. Corresponds to `vorbis_analysis`.
@safe final class VorbisWriter: FrameEncoder {
  /// Frames that the encoder has taken.
  private(set) var frameCount = 0

  private let sink: ByteSink
  private let channelCount: Int
  private var tags: AudioFileTags
  private let pages: OggPageWriter
  private let encoder: VorbisEncoder
  private var hasBegun = false
  private var isClosed = false

  /// Prepares to write to `sink`.
  ///
  /// - Parameter sampleRate: In Hz, a whole number.
  init(
    _ sink: ByteSink, sampleRate: Double, channelCount: Int, tags: AudioFileTags
  ) throws(AudioFileError) {
    self.sink = sink
    self.channelCount = channelCount
    self.tags = tags
    encoder = try VorbisEncoder(sampleRate: Int(sampleRate), channelCount: channelCount)
    // Sends pages every 200 ms, in case this process is killed.
    pages = OggPageWriter(longestPage: Int(sampleRate / 5))
  }

  func write(_ bytes: RawSpan) throws(AudioFileError) {
    begin()
    let count = bytes.byteCount / (channelCount * MemoryLayout<Float>.size)
    var done = 0
    while done < count {
      let block = min(Self.blockSize, count - done)
      unsafe bytes.withUnsafeBytes { source in
        unsafe encoder.take(source, first: done * channelCount, frameCount: block)
      }
      encode()
      done += block
    }
    try sink.completeWrite()
    frameCount += count
  }

  /// Does nothing: complete pages have already been written.
  func updateHeader() throws(AudioFileError) {}

  /// Stores the date as a text, if the header is not written yet.
  func setOrigination(_ origination: Origination) throws(AudioFileError) {
    if !hasBegun, tags[.date] == nil { tags[.date] = origination.text }
  }

  func sync() throws(AudioFileError) { try sink.sync() }

  func close() throws(AudioFileError) {
    guard !isClosed else { return }
    isClosed = true
    begin()
    encoder.end()
    encode()
    try sink.complete()
  }

  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    unsafe encoder.withHeaders(tags) { identification, comments, setup in
      // The first page holds the first packet alone, and sound starts on a page of its own.
      unsafe pages.add(&identification)
      pages.flush(into: sink)
      unsafe pages.add(&comments)
      unsafe pages.add(&setup)
      pages.flush(into: sink)
    }
  }

  private func encode() {
    while var packet = unsafe encoder.nextPacket() {
      unsafe pages.add(&packet)
      pages.send(into: sink)
    }
  }

  private static let blockSize = 4096
}

/// Packets into pages of one Ogg stream. Corresponds to `ogg_stream_state`.
@safe private final class OggPageWriter {
  private let stream: UnsafeMutablePointer<ogg_stream_state>
  private let longestPage: Int
  /// Positions of the last packet and of the last page, in frames.
  private var position = 0
  private var sentPosition = 0

  /// - Parameter longestPage: Frames after which a page is sent.
  init(longestPage: Int) {
    self.longestPage = longestPage
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: ogg_stream_state())
    unsafe ogg_stream_init(stream, CInt.random(in: 1...CInt.max))
  }

  deinit {
    unsafe ogg_stream_clear(stream)
    unsafe stream.deallocate()
  }

  func add(_ packet: inout ogg_packet) {
    position = max(position, Int(unsafe packet.granulepos))
    unsafe ogg_stream_packetin(stream, &packet)
  }

  /// Sends pages that are full or long enough.
  func send(into sink: ByteSink) {
    var page = unsafe ogg_page()
    while unsafe ogg_stream_pageout(stream, &page) != 0 { unsafe put(page, into: sink) }
    if position - sentPosition >= longestPage { flush(into: sink) }
  }

  /// Sends everything.
  func flush(into sink: ByteSink) {
    var page = unsafe ogg_page()
    while unsafe ogg_stream_flush(stream, &page) != 0 { unsafe put(page, into: sink) }
  }

  private func put(_ page: ogg_page, into sink: ByteSink) {
    var page = unsafe page
    sentPosition = max(sentPosition, Int(unsafe ogg_page_granulepos(&page)))
    // The sink keeps a failure for its user.
    _ = unsafe sink.take(
      UnsafeRawBufferPointer(start: page.header, count: Int(page.header_len)))
    _ = unsafe sink.take(UnsafeRawBufferPointer(start: page.body, count: Int(page.body_len)))
  }
}
