public import PCM

/// The complete format of raw interleaved samples.
public struct StreamFormat: Hashable, Sendable {
  /// The encoding of each sample.
  public var encoding: SampleEncoding
  /// Frames per second.
  public var rate: Double
  /// Channels, interleaved.
  public var channelCount: Int

  /// Creates a format.
  public init(encoding: SampleEncoding, rate: Double, channelCount: Int) {
    self.encoding = encoding
    self.rate = rate
    self.channelCount = channelCount
  }

  /// Bytes of one frame: one sample of every channel.
  public var bytesPerFrame: Int { encoding.byteCount * channelCount }
}

extension StreamFormat: CustomStringConvertible {
  /// `f32le, 48000 Hz, 2 channels`.
  public var description: String {
    "\(encoding.name), \(hertz(rate)), \(channels(channelCount))"
  }
}

/// `48000 Hz`, as messages write a rate.
public func hertz(_ rate: Double) -> String { "\(plainNumber(rate)) Hz" }

/// `48000`: a number, without a decimal point if it is whole.
func plainNumber(_ number: Double) -> String {
  Int(exactly: number).map(String.init) ?? String(number)
}

/// `2 channels`, as messages write a channel count.
public func channels(_ count: Int) -> String {
  counted(count, "channel")
}

/// `1 frame`, `2 frames`: a number and a noun with a plural in s.
public func counted(_ count: Int, _ word: String) -> String {
  "\(count) \(word)\(count == 1 ? "" : "s")"
}
