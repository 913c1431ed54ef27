public import PCM
public import SoundFile

// The common format of several inputs that are joined, and the facts to keep.

extension AudioSource {
  /// The facts to keep in a file of this format: texts, the speakers if they are the same, and the
  /// capture time of the first frame kept.
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
  /// Throws a failure that names the first two inputs with different rates or channel counts,
  /// unless that difference is to be converted away.
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

  /// The narrowest encoding that holds all inputs' samples unchanged; the first one's if it does.
  public var commonEncoding: SampleEncoding? {
    guard let first else { return nil }
    let all = map(\.format.encoding)
    let candidates = [first.format.encoding] + all + [SampleEncoding(.float32)]
    return candidates.first { candidate in all.allSatisfy { candidate.holds($0) } }
      ?? SampleEncoding(.float64)
  }

  /// The file format that keeps the inputs' coding, as far as the type can hold it. A lossy codec
  /// is kept only in its own type.
  public func keptFormat(in type: AudioFileType) -> AudioFileFormat {
    let common = commonEncoding ?? .f32le
    if type == .raw { return AudioFileFormat(.raw, encoding: common.native) }
    let codecs = Set(map(\.file.format.codec))
    let isKept = allSatisfy { $0.file.format.codec.isLossless || $0.file.type == type }
    if let codec = codecs.first, codecs.count == 1, isKept {
      return AudioFileFormat(type, keeping: codec)
    }
    return AudioFileFormat(type, keeping: .pcm(common))
  }
}

extension [AudioSource] {
  /// Reports conversions of the inputs that no option requested, in a line for each kind of them:
  /// `song.flac: 44100 to 48000 Hz, s24le to s16le`. A downmix is always reported.
  ///
  /// - Parameters:
  ///   - format: The resulting format.
  ///   - asked: The format requested by options.
  ///   - map: Whether `-m` selects the channels.
  public func reportConversion(to format: StreamFormat, asked: RawFormat, map: Bool = false) {
    var lines: [(text: String, names: [String])] = []
    for source in self {
      let words = source.conversion(to: format, asked: asked, map: map)
      guard !words.isEmpty else { continue }
      let text = words.joined(separator: ", ")
      if let index = lines.firstIndex(where: { $0.text == text }) {
        lines[index].names.append(source.name)
      } else {
        lines.append((text, [source.name]))
      }
    }
    for (text, names) in lines {
      let more = names.count > 1 ? " (and \(names.count - 1) more)" : ""
      Messages.note(names[0], text + more)
    }
  }
}

extension AudioSource {
  fileprivate func conversion(to target: StreamFormat, asked: RawFormat, map: Bool) -> [String] {
    var words: [String] = []
    if asked.rate == nil, format.rate != target.rate {
      words.append("\(plainNumber(format.rate)) to \(hertz(target.rate))")
    }
    let (from, to) = (format.channelCount, target.channelCount)
    if from > 2, to == 2, !map, let channelLayout {
      let isLeft = Downmix(channelLayout).leavesOutLowFrequency
      words.append("\(channelLayout.name) mixed to 2 channels\(isLeft ? ", without LFE" : "")")
    } else if asked.channelCount == nil, !map, from != to {
      words.append("\(from) to \(channels(to))")
    }
    if asked.encoding == nil, !target.encoding.holds(format.encoding) {
      words.append("\(format.encoding.name) to \(target.encoding.name)")
    }
    return words
  }
}

extension SampleEncoding {
  /// The same samples in this machine's byte order.
  var native: SampleEncoding {
    SampleEncoding.allCases.first {
      $0.format != nil && $0.byteCount == byteCount && $0.isFloat == isFloat && byteCount > 1
    } ?? self
  }
}
