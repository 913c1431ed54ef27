import CMpg123
import PCM

/// MPEG audio, layers I to III, through libmpg123: the same frames as mpg123's, gapless, with
/// resynchronisation over any distance. One thread at a time.
@safe final class MPEGDecoder: FrameDecoder {
  let facts: SoundFacts
  private let file: MPEGFile
  /// Blocks of another format, decoded by a predecessor.
  private var waiting: [MPEGFile.Block]
  private var position = 0
  /// The offset at which the next frame should start; nil before the first.
  private var expected: Int?
  private var hasEnded = false

  init(_ source: ByteSource) throws(AudioFileError) {
    file = try MPEGFile(source)
    waiting = []
    facts = try file.facts(frameCount: file.frameCount(), canSeek: source.isSeekable)
  }

  /// Continues with frames of another format, which are in `blocks`.
  private init(
    after other: MPEGDecoder, _ blocks: [MPEGFile.Block]
  ) throws(AudioFileError) {
    (file, waiting) = (other.file, blocks)
    expected = blocks.last.map { $0.offset + $0.byteCount }
    facts = try file.facts(frameCount: nil, canSeek: false)
  }

  func advance(_ queue: FrameQueue) throws(AudioFileError) {
    if !waiting.isEmpty { return append(waiting.removeFirst(), to: queue) }
    guard !hasEnded else { return queue.append(.end(shortage: nil, hasWrongChecksum: false)) }
    switch try file.decode() {
    case .end: finish(queue)
    case .damage(let reason): queue.append(.damage(reason: reason))
    case .block(let block):
      guard !block.isChanged else { return try change(block, queue) }
      noteJunk(before: block, queue)
      append(block, to: queue)
      expect(block)
    }
  }

  func seek(toFrame frame: Int, _ queue: FrameQueue) throws(AudioFileError) -> Bool {
    guard try file.seek(toFrame: frame) else { return false }
    (position, expected, hasEnded) = (frame, nil, false)
    return true
  }

  private func append(_ block: MPEGFile.Block, to queue: FrameQueue) {
    let count = block.samples.count / facts.channelCount
    unsafe queue.append(frames: count, position: position) { target in
      unsafe block.samples.withUnsafeBytes { samples in
        if let start = samples.baseAddress {
          unsafe target.copyMemory(from: start, byteCount: samples.count)
        }
      }
    }
    position += count
  }

  private func expect(_ block: MPEGFile.Block) {
    let end = block.offset + block.byteCount
    expected = end
    file.trail.move(to: end)
  }

  /// Counts junk in the place of frames, by the length of the frame after it.
  private func noteJunk(before block: MPEGFile.Block, _ queue: FrameQueue) {
    guard let expected, block.offset > expected, !file.trail.isTag else { return }
    let lost = (block.offset - expected + block.byteCount / 2) / max(1, block.byteCount)
    queue.append(.damage(reason: "lost sync"))
    position += lost * file.framesTogether
  }

  /// One frame of another format is an error of the frame search; two in a row are a change.
  private func change(_ block: MPEGFile.Block, _ queue: FrameQueue) throws(AudioFileError) {
    let next = try file.decode()
    if case .block(let second) = next, !second.isChanged,
      second.offset == block.offset + block.byteCount
    {
      if second.format == facts.mpegFormat {
        // Back in the previous format.
        append(block, to: queue)
        append(second, to: queue)
        return expect(second)
      }
      let other = try MPEGDecoder(after: self, [block, second])
      return queue.append(.change(to: other))
    }
    queue.append(.damage(reason: "lost sync"))
    switch next {
    case .end: finish(queue)
    case .damage: break
    case .block(let second):
      if second.format == facts.mpegFormat {
        noteJunk(before: second, queue)
        append(second, to: queue)
        expect(second)
      } else {
        try change(second, queue)
      }
    }
  }

  private func finish(_ queue: FrameQueue) {
    hasEnded = true
    queue.append(.end(shortage: expected.flatMap(file.trail.shortage), hasWrongChecksum: false))
  }
}
