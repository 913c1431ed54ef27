import CSndFile
public import PCM

/// The format of headerless data, which the caller must supply.
public struct RawDescription: Hashable, Sendable {
  /// The coding of samples.
  public var codec: AudioCodec

  /// Frames per second, in Hz.
  public var sampleRate: Double

  /// Samples per frame.
  public var channelCount: Int

  /// Describes headerless data of a codec; by default f32le, 48000 Hz, two channels.
  public init(codec: AudioCodec = .pcm(.f32le), sampleRate: Double = 48000, channelCount: Int = 2) {
    self.codec = codec
    self.sampleRate = sampleRate
    self.channelCount = channelCount
  }

  /// Describes headerless samples of an encoding.
  public init(encoding: SampleEncoding, sampleRate: Double = 48000, channelCount: Int = 2) {
    self.init(codec: .pcm(encoding), sampleRate: sampleRate, channelCount: channelCount)
  }

  /// The layout of plain samples, or nil for codecs that libsndfile must decode.
  func layout() throws(AudioFileError) -> PlainLayout? {
    guard case .pcm(let encoding) = codec else { return nil }
    guard channelCount > 0, sampleRate > 0 else {
      throw .unsupported("raw data needs a rate and a channel count above zero")
    }
    return PlainLayout(
      type: .raw, encoding: encoding, sampleRate: sampleRate, channelCount: channelCount,
      dataStart: 0)
  }

  func sndFileInfo() throws(AudioFileError) -> SF_INFO {
    let format = AudioFileFormat(.raw, codec: codec)
    try format.check(sampleRate: sampleRate, channelCount: channelCount)
    var info = SF_INFO()
    info.format = format.sndFileFormat ?? 0
    info.samplerate = CInt(sampleRate)
    info.channels = CInt(channelCount)
    return info
  }
}
