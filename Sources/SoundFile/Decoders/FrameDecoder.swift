import PCM

/// A codec's own library behind a common interface: it turns a file or stream into frames, in
/// order, and continues after damage. One thread at a time.
protocol FrameDecoder: AnyObject {
  /// The facts in the header.
  var facts: SoundFacts { get }

  /// Appends the next items: some frames, damage, a change of format, or the end.
  func advance(_ queue: FrameQueue) throws(AudioFileError)

  /// Seeks to a frame; false if it can only be reached by reading from the start. The queue is
  /// empty, and receives frames that the library returns meanwhile.
  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool
}

/// The facts about an open file or stream.
struct SoundFacts {
  var format: AudioFileFormat
  var sampleRate: Double
  var channelCount: Int
  /// Frames in all, or nil if only the end reveals it.
  var frameCount: Int?
  /// Whether it can seek to any frame.
  var canSeek: Bool
  var tags = AudioFileTags()
  /// Whether the channels have no particular speakers, and no known order.
  var isDiscrete = false

  var encoding: SampleEncoding { format.deliveredEncoding }

  /// The speaker of each channel, in WAV's order; nil if they have none. Without a mask among the
  /// tags, FLAC implies the speakers by the channel count, and so do Vorbis and Opus.
  var layout: ChannelLayout? {
    if isDiscrete { return nil }
    return tags.channelMask.flatMap { ChannelLayout(mask: $0, channelCount: channelCount) }
      ?? .standard(channelCount)
  }

  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Refuses values that no sound can have.
  func checked() throws(AudioFileError) -> SoundFacts {
    _ = try PlainLayout(
      type: format.type, encoding: encoding, sampleRate: sampleRate, channelCount: channelCount,
      dataStart: 0
    ).checked()
    return self
  }
}
