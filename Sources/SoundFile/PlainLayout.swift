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
  /// Which bytes of a word are the sample, where samples of 24 bits stand in words of four bytes.
  var packing: WordPacking?
  var tags = AudioFileTags()
  /// The speaker of each channel, where the header says it.
  var layout: ChannelLayout?
  /// When the first frame was captured, where the header says it.
  var origination: Origination?

  /// Bytes of a frame as it is delivered.
  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Bytes of a frame as it lies there.
  var storedBytesPerFrame: Int { packing == nil ? bytesPerFrame : 4 * channelCount }

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
