import PCM

/// Where plain samples lie in a file or stream, and what they are.
struct PlainLayout {
  var type: AudioFileType
  var encoding: SampleEncoding
  var sampleRate: Double
  var channelCount: Int
  /// Position of the first sample.
  var dataStart: Int
  /// Bytes of samples, nil where they go on until the end.
  var dataByteCount: Int?
  var tags = AudioFileTags()
  /// The speaker of each channel, where the header says it.
  var layout: ChannelLayout?
  /// When the first frame was captured, where the header says it.
  var origination: Origination?

  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Refuses what no sound has.
  func checked() throws(AudioFileError) -> PlainLayout {
    guard channelCount > 0 else { throw .malformed("header says zero channels") }
    guard channelCount <= AudioFileFormat.mostChannels else {
      throw .malformed("header says \(channelCount) channels, at most 1024 can be read")
    }
    guard sampleRate >= 1, sampleRate <= AudioFileFormat.highestRate else {
      throw .malformed("header says a rate of \(plain(sampleRate)) Hz")
    }
    return self
  }
}
