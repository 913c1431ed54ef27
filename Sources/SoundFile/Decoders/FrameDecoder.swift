import PCM

/// A codec's own library, behind one face: it turns a file or stream into frames, in order, and
/// goes on behind damage. One thread at a time.
protocol FrameDecoder: AnyObject {
  /// What the header says.
  var facts: SoundFacts { get }

  /// Appends what comes next: some frames, damage, a change of format, or the end.
  func advance(_ queue: FrameQueue) throws(AudioFileError)

  /// Moves to a frame; false where only reading from the beginning gets there. The queue is empty,
  /// and takes what the library hands on meanwhile.
  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool
}

/// What is known of a file or stream once it is open.
struct SoundFacts {
  var format: AudioFileFormat
  var sampleRate: Double
  var channelCount: Int
  /// Frames in all, nil where only the end will tell.
  var frameCount: Int?
  /// Whether any frame can be gone to.
  var canSeek: Bool
  var tags = AudioFileTags()
  /// Whether the channels are for no speakers in particular, in no order that is known.
  var isDiscrete = false

  var encoding: SampleEncoding { format.deliveredEncoding }

  /// The speaker of each channel, in the order of WAV; nil where the channels are for none. Without
  /// a mask among the tags FLAC implies them by their number, and so do Vorbis and Opus.
  var layout: ChannelLayout? {
    if isDiscrete { return nil }
    return tags.channelMask.flatMap { ChannelLayout(mask: $0, channelCount: channelCount) }
      ?? .standard(channelCount)
  }

  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Refuses what no sound has.
  func checked() throws(AudioFileError) -> SoundFacts {
    _ = try PlainLayout(
      type: format.type, encoding: encoding, sampleRate: sampleRate, channelCount: channelCount,
      dataStart: 0
    ).checked()
    return self
  }
}
