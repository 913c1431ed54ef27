import PCM

/// The position and format of plain samples in a file or stream.
struct PlainLayout {
  var type: AudioFileType
  var encoding: SampleEncoding
  var sampleRate: Double
  var channelCount: Int
  /// Position of the first sample.
  var dataStart: Int
  /// Bytes of samples, or nil if they continue to the end.
  var dataByteCount: Int?
  /// The position of the sample in a word, if 24-bit samples are stored in words of four bytes.
  var packing: WordPacking?
  var tags = AudioFileTags()
  /// The speaker of each channel, if the header has it.
  var layout: ChannelLayout?
  /// The capture time of the first frame, if the header has it.
  var origination: Origination?

  /// Bytes per delivered frame.
  var bytesPerFrame: Int { channelCount * encoding.byteCount }

  /// Bytes per stored frame.
  var storedBytesPerFrame: Int { packing == nil ? bytesPerFrame : 4 * channelCount }

  /// Refuses values that no sound can have.
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
