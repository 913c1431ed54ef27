import COpusFile
import PCM

/// Ogg Opus through libopusfile: every stream of a chain, gapless, continuing after damage. One
/// thread at a time.
///
/// Opus decodes at 48 kHz, or at the original rate if that was 8, 12, 16 or 24 kHz. Files and pipes
/// are both read from start to end, so that no gap goes unnoticed; the library seeks only on
/// request. What is not read is not opened for that: a file's length and texts are found by seeking.
@safe final class OpusDecoder: FrameDecoder {
  let facts: SoundFacts
  private let source: ByteSource
  /// The cursor that reads on from the start.
  private let cursor: ByteCursor
  private var hasMoved = false
  /// nil until the first frame of a file of known length.
  private var file: OpusFile?
  private var stream: Int?
  private var base = 0
  private var position = 0
  private var waiting: OpusFile.Block?

  init(_ source: ByteSource) throws(AudioFileError) {
    self.source = source
    cursor = ByteCursor(source, pages: OggPages())
    if source.isSeekable, let whole = try? OpusFile(ByteCursor(source), canSeek: true),
      let length = whole.frameCount
    {
      facts = try Self.facts(whole, length)
    } else {
      let file = try OpusFile(cursor)
      self.file = file
      facts = try Self.facts(file, nil)
    }
  }

  /// Continues in a chain when the format changes.
  private init(
    after other: OpusDecoder, in file: OpusFile, _ block: OpusFile.Block
  ) throws(AudioFileError) {
    (source, cursor, self.file) = (other.source, other.cursor, file)
    (stream, waiting) = (block.stream, block)
    facts = try Self.facts(file, nil)
  }

  func advance(_ queue: FrameQueue) throws(AudioFileError) {
    let file = try opened()
    if let block = waiting.take() { return append(block, of: file, to: queue) }
    switch try file.decode() {
    case .end:
      queue.append(.end(shortage: hasMoved ? nil : cursor.shortage, hasWrongChecksum: false))
    case .damage(let reason): queue.append(.damage(reason: reason))
    case .block(let block):
      if let stream, block.stream != stream {
        guard file.rate == Int(facts.sampleRate), file.channelCount == facts.channelCount else {
          let next = try OpusDecoder(after: self, in: file, block)
          return queue.append(.change(to: next))
        }
        base = position
      }
      if stream == nil, !hasMoved, cursor.pages?.isMissingFirstSound == true {
        queue.append(.damage(reason: "lost sync"))
      }
      stream = block.stream
      append(block, of: file, to: queue)
    }
  }

  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool {
    let moving = try OpusFile(ByteCursor(source), canSeek: true)
    guard try moving.seek(toFrame: frame) else { return false }
    (file, stream, base, position, waiting, hasMoved) = (moving, nil, 0, frame, nil, true)
    return true
  }

  private func opened() throws(AudioFileError) -> OpusFile {
    if let file { return file }
    let file = try OpusFile(cursor)
    self.file = file
    return file
  }

  private func append(_ block: OpusFile.Block, of file: OpusFile, to queue: FrameQueue) {
    let byteCount = block.count * facts.bytesPerFrame
    position = base + block.position + block.count
    unsafe queue.append(frames: block.count, position: base + block.position) { target in
      unsafe file.samples.withUnsafeBytes { samples in
        if let start = samples.baseAddress {
          unsafe target.copyMemory(from: start, byteCount: byteCount)
        }
      }
    }
  }

  private static func facts(_ file: OpusFile, _ length: Int?) throws(AudioFileError) -> SoundFacts {
    try SoundFacts(
      format: AudioFileFormat(.opus, codec: .opus), sampleRate: Double(file.rate),
      channelCount: file.channelCount, frameCount: length.map { $0 / (48_000 / file.rate) },
      canSeek: length != nil, tags: file.tags, isDiscrete: file.isDiscrete
    ).checked()
  }
}
