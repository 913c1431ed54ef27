public import PCM
public import SoundFile

// What several inputs come to when they are joined, and what of one goes along.

extension AudioSource {
  /// What goes with the sound into a file of this format: texts, the speakers where they are the
  /// same, and the time when the first frame that is kept was captured.
  public func kept(
    in format: StreamFormat, _ changes: FramePipeline.Options, frameCount: Int?
  ) -> AudioFileWriter.Options {
    var options = AudioFileWriter.Options()
    options.tags = file.tags
    options.length = frameCount.map { .exactly($0) } ?? .unknown
    let layout = changes.map.map { file.layout?.selecting($0) } ?? file.layout
    options.layout = layout?.channelCount == format.channelCount ? layout : nil
    let skipped = changes.start?.frameCount(at: self.format.rate) ?? 0
    options.origination = file.origination?.advanced(
      by: Double(skipped) / self.format.rate, sampleRate: format.rate)
    return options
  }
}

extension [AudioSource] {
  /// Throws a failure that names both of the first two that differ in rate, or in channels, unless
  /// that is going to be made the same.
  public func checkAgreement(rate: Bool, channelCount: Bool) throws(ToolError) {
    guard let first else { return }
    for other in dropFirst() {
      let rates = rate && other.format.rate != first.format.rate
      let counts = channelCount && other.format.channelCount != first.format.channelCount
      guard rates || counts else { continue }
      let options = rates && counts ? "-r and -c" : rates ? "-r" : "-c"
      throw .failure(
        other.name,
        "\(Self.words(other, rates, counts)), but \(first.name) has "
          + "\(Self.words(first, rates, counts)); make them the same with \(options)")
    }
  }

  private static func words(_ source: AudioSource, _ rate: Bool, _ count: Bool) -> String {
    let words = [
      rate ? hertz(source.format.rate) : nil, count ? channels(source.format.channelCount) : nil,
    ]
    return words.compactMap(\.self).joined(separator: ", ")
  }

  /// The narrowest encoding that holds the samples of all inputs unchanged: the first one's, where
  /// it does.
  public var commonEncoding: SampleEncoding? {
    guard let first else { return nil }
    let all = map(\.format.encoding)
    let candidates = [first.format.encoding] + all + [SampleEncoding(.float32)]
    return candidates.first { candidate in all.allSatisfy { candidate.holds($0) } }
      ?? SampleEncoding(.float64)
  }

  /// The file format that keeps what the inputs are, as far as the type can hold it. A lossy codec
  /// is kept only in the type it came in.
  public func keptFormat(in type: AudioFileType) -> AudioFileFormat {
    let common = commonEncoding ?? .f32le
    if type == .raw { return AudioFileFormat(.raw, encoding: common) }
    let codecs = Set(map(\.file.format.codec))
    let isKept = allSatisfy { $0.file.format.codec.isLossless || $0.file.type == type }
    if let codec = codecs.first, codecs.count == 1, isKept {
      return AudioFileFormat(type, keeping: codec)
    }
    return AudioFileFormat(type, keeping: .pcm(common))
  }
}
