/// The number of frames in a WAV with a block codec: as many as its `fact` chunk says, or the whole
/// blocks plus the samples of a truncated one.
struct CodedWAVLength {
  private let tag: Int
  private let channelCount: Int
  private let bytesPerBlock: Int
  private let framesPerBlock: Int

  static func of(_ source: ByteSource) throws(AudioFileError) -> ContainerLength {
    let isBigEndian = try source.peek(at: 3, count: 1) == [UInt8(ascii: "X")]
    let chunks = try ContainerLength.chunks(of: source, from: 12, isBigEndian: isBigEndian)
    guard let format = chunks.first(where: { $0.name == "fmt " }),
      let data = chunks.first(where: { $0.name == "data" }),
      let codec = CodedWAVLength(
        try source.peek(at: format.start, count: min(format.byteCount, 20)), isBigEndian)
    else { return ContainerLength() }
    var fact: Int?
    if let chunk = chunks.first(where: { $0.name == "fact" }), chunk.byteCount >= 4 {
      let field = try source.peek(at: chunk.start, count: 4)
      if field.count == 4 {
        fact = ContainerLength.believed(
          Int(integer(field, at: 0, count: 4, isBigEndian: isBigEndian)))
      }
    }
    let promised = ContainerLength.believed(data.byteCount).map(codec.frames)
    // The last block is padded; a fact that says otherwise is wrong. libsndfile divides it by the
    // channels.
    if let count = fact, let promised {
      let isDivided = codec.channelCount > 1 && count == promised / codec.channelCount
      if isDivided || !(promised - codec.framesPerBlock + 1...promised).contains(count) {
        fact = nil
      }
    }
    let present = source.byteCount.map {
      codec.frames(min($0 - data.start, promised == nil ? .max : data.byteCount))
    }
    return ContainerLength(
      promisedFrameCount: fact ?? promised,
      presentFrameCount: present.map { min($0, fact ?? $0) } ?? fact)
  }

  private init?(_ fields: [UInt8], _ isBigEndian: Bool) {
    guard fields.count == 20 else { return nil }
    func number(_ index: Int) -> Int {
      Int(integer(fields, at: index, count: 2, isBigEndian: isBigEndian))
    }
    (tag, channelCount, bytesPerBlock, framesPerBlock) = (
      number(0), number(2), number(12), number(18)
    )
    guard [Self.microsoft, Self.ima, Self.gsm].contains(tag), channelCount > 0, bytesPerBlock > 0,
      framesPerBlock > 0
    else { return nil }
  }

  private func frames(_ byteCount: Int) -> Int {
    let rest = max(0, byteCount) % bytesPerBlock
    return max(0, byteCount) / bytesPerBlock * framesPerBlock + min(partial(rest), framesPerBlock)
  }

  /// Frames in the beginning of a block: the first one or two are in the block's own header, and
  /// samples after it have four bits.
  private func partial(_ byteCount: Int) -> Int {
    switch tag {
    case Self.microsoft:
      byteCount < 7 * channelCount ? 0 : 2 + (byteCount - 7 * channelCount) * 2 / channelCount
    case Self.ima:
      byteCount < 4 * channelCount
        ? 0 : 1 + (byteCount - 4 * channelCount) / (4 * channelCount) * 8
    default: byteCount < 33 ? 0 : 160
    }
  }

  private static let microsoft = 2
  private static let ima = 0x11
  private static let gsm = 0x31
}
