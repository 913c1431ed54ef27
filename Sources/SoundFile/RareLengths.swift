/// How many frames the headers of rare types promise, and how many the data can have.
extension ContainerLength {
  /// The length of a type that libsndfile has found.
  static func of(
    _ source: ByteSource, _ type: AudioFileType
  ) throws(AudioFileError) -> ContainerLength {
    switch type {
    case .htk: return try htk(source)
    case .mat4: return ContainerLength(promisedFrameCount: try matlab4Frames(source))
    case .mat5: return ContainerLength(promisedFrameCount: try matlab5Frames(source))
    case .mpc2k: return ContainerLength(promisedFrameCount: try number(source, 30, 4, false))
    case .sds: return try dump(source)
    case .voc: return try voc(source)
    case .wve: return ContainerLength(promisedFrameCount: try number(source, 18, 4, true))
    default: return try of(source)
    }
  }

  /// The length in bytes that an HTK header promises, which libsndfile demands of the file, if it
  /// has fewer.
  static func promisedHTKByteCount(_ source: ByteSource) throws(AudioFileError) -> Int? {
    // After the number of samples and their period: two bytes a sample, a waveform.
    guard let byteCount = source.byteCount, try number(source, 8, 4, true) == 0x2_0000,
      let promised = try htk(source).promisedFrameCount, byteCount < 12 + 2 * promised
    else { return nil }
    return 12 + 2 * promised
  }

  private static func htk(_ source: ByteSource) throws(AudioFileError) -> ContainerLength {
    ContainerLength(
      promisedFrameCount: try number(source, 0, 4, true),
      presentFrameCount: source.byteCount.map { max(0, $0 - 12) / 2 })
  }

  /// A matrix with the rate, then one with a column for each frame.
  private static func matlab4Frames(_ source: ByteSource) throws(AudioFileError) -> Int? {
    let isBigEndian = try source.peek(at: 0, count: 4) != [0, 0, 0, 0]
    guard let nameByteCount = try number(source, 16, 4, isBigEndian) else { return nil }
    return try number(source, 20 + nameByteCount + 8 + 8, 4, isBigEndian)
  }

  private static func matlab5Frames(_ source: ByteSource) throws(AudioFileError) -> Int? {
    let isBigEndian = try source.peek(at: 126, count: 2) == Array("MI".utf8)
    guard let rate = try number(source, 132, 4, isBigEndian) else { return nil }
    // After the matrix's tag and its flags: the tag of its dimensions.
    let dimensions = 136 + rate + 24
    guard try number(source, dimensions, 4, isBigEndian) == 5 else { return nil }
    return try number(source, dimensions + 12, 4, isBigEndian)
  }

  /// The first block of sound. A byte after it ends the file, and is no sample.
  private static func voc(_ source: ByteSource) throws(AudioFileError) -> ContainerLength {
    guard var position = try number(source, 20, 2, false) else { return ContainerLength() }
    func length(_ byteCount: Int, _ frameSize: Int, end: Int) -> ContainerLength {
      let count = believed(byteCount).map { $0 / frameSize }
      // More than 16 MiB cannot be stated, but is written.
      let isAll = source.byteCount.map { (0...1).contains($0 - end) } == true
      return ContainerLength(promisedFrameCount: count, presentFrameCount: isAll ? count : nil)
    }
    var channelCount = 1
    for _ in 0..<1000 {
      let head = try source.peek(at: position, count: 12)
      guard head.count == 12 else { break }
      let size = Int(integer(head, at: 1, count: 3, isBigEndian: false))
      let end = position + 4 + size
      switch head[0] {
      case 1:
        // 16 bits is a later addition.
        return length(size - 2, channelCount * (head[5] == 4 ? 2 : 1), end: end)
      case 8: channelCount = head[7] == 0 ? 1 : 2
      case 9:
        return length(size - 12, max(1, Int(head[8]) / 8 * Int(head[9])), end: end)
      case 0: return ContainerLength()
      default: break
      }
      position = end
    }
    return ContainerLength()
  }

  /// Packets of 127 bytes, in which a sample has as many bytes as its bits need, seven in each.
  private static func dump(_ source: ByteSource) throws(AudioFileError) -> ContainerLength {
    let head = try source.peek(at: 0, count: 21)
    guard head.count == 21 else { return ContainerLength() }
    let promised = head[10..<13].reversed().reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    let inPacket = 120 / max(1, (Int(head[6]) + 6) / 7)
    return ContainerLength(
      promisedFrameCount: believed(promised),
      presentFrameCount: source.byteCount.map { ($0 - 21) / 127 * inPacket })
  }

  private static func number(
    _ source: ByteSource, _ position: Int, _ count: Int, _ isBigEndian: Bool
  ) throws(AudioFileError) -> Int? {
    guard (0...ByteSource.longestHead).contains(position) else { return nil }
    let field = try source.peek(at: position, count: count)
    guard field.count == count else { return nil }
    return believed(Int(integer(field, at: 0, count: count, isBigEndian: isBigEndian)))
  }
}
