internal import PCM
internal import Platform
internal import SoundFile

/// Decodes a file on a thread of its own, ahead of its reader by a limited number of bytes.
///
/// The reader gets the same frames, damage and errors in the same order as from the file. Until
/// this object is released, the file belongs to the thread. One reader at a time.
final class ReadAhead {
  /// How many files are decoded at the same time, and how far.
  struct Window {
    /// The number of files; 1 means that none is read ahead.
    let fileCount: Int
    /// The bytes of decoded frames that each may hold.
    let byteCount: Int

    /// No file is read ahead.
    static let none = Window(fileCount: 1, byteCount: 0)

    /// A file for each processor, in the same memory for any number of files or processors.
    static func perProcessor(fileCount: Int) -> Window {
      let count = min(fileCount, processorCount(), 8)
      return count > 1 ? Window(fileCount: count, byteCount: totalByteCount / count) : .none
    }

    private static let totalByteCount = 64 << 20
  }

  let decoder: Decoder
  private let width: Int
  /// The block being read, from this frame on.
  private var block: Block?
  private var start = 0
  private var didReportLast = false

  /// Begins to decode.
  ///
  /// - Parameters:
  ///   - file: Nothing else may use it before this object is released.
  ///   - byteCount: The bytes of decoded frames to hold, at least one block.
  init(_ file: AudioFile, byteCount: Int) {
    width = file.encoding.byteCount * file.channelCount
    decoder = Decoder(file, width: width, byteCount: byteCount)
    let decoder = self.decoder
    startThread(named: "sd-decode") { decoder.run() }
  }

  deinit {
    decoder.queue.withLock { $0.isCancelled = true }
    decoder.queue.wait { $0.hasEnded ? () : nil }
  }

  /// Reads frames like `AudioFile.read(into:)`; 0 at the end. Damage found meanwhile is passed to
  /// `report` before the frames after it are returned.
  func read(
    into span: inout MutableRawSpan, _ report: ([Damage]) -> Void
  ) throws(AudioFileError) -> Int {
    guard let block = try current(report) else { return 0 }
    let count = min(span.byteCount / width, block.frameCount - start)
    block.memory.withBytes((start + count) * width) { frames in
      unsafe frames.extracting((start * width)...).withUnsafeBytes { from in
        unsafe span.withUnsafeMutableBytes { unsafe $0.copyMemory(from: from) }
      }
    }
    take(count, of: block)
    return count
  }

  /// Skips frames; returns how many, fewer only at the end.
  func skip(_ count: Int, _ report: ([Damage]) -> Void) throws(AudioFileError) -> Int {
    var skipped = 0
    while skipped < count, let block = try current(report) {
      let some = min(count - skipped, block.frameCount - start)
      take(some, of: block)
      skipped += some
    }
    return skipped
  }

  /// The block with the next frame; nil at the end.
  private func current(_ report: ([Damage]) -> Void) throws(AudioFileError) -> Block? {
    if let block { return block }
    // The last block stays, so that the end or the failure is always found again.
    let next = decoder.queue.wait { queue in
      queue.blocks.first.map { $0.isLast ? $0 : queue.blocks.removeFirst() }
    }
    if !next.isLast || !didReportLast { report(next.damage) }
    if next.isLast { didReportLast = true }
    if let failure = next.failure { throw failure }
    if next.frameCount == 0 { return nil }
    (block, start) = (next, 0)
    return next
  }

  private func take(_ count: Int, of block: Block) {
    start += count
    guard start == block.frameCount else { return }
    self.block = nil
    decoder.queue.withLock { $0.spare.append(block.memory) }
  }
}

extension ReadAhead {
  /// Decoded frames; none at the end or after a failure.
  struct Block {
    let memory: Scratch
    let frameCount: Int
    let damage: [Damage]
    let failure: AudioFileError?

    var isLast: Bool { frameCount == 0 }
  }

  /// What the thread and the reader share.
  struct Queue {
    var blocks: [Block] = []
    /// Memory to use again.
    var spare: [Scratch] = []
    var isCancelled = false
    var hasEnded = false
  }

  final class Decoder: @unchecked Sendable {
    // Safe to share: only the thread uses the file.
    private let file: AudioFile
    private let capacity: Int
    private let limit: Int
    let queue = Monitor(Queue())

    private static let blockByteCount = 1 << 18

    init(_ file: AudioFile, width: Int, byteCount: Int) {
      self.file = file
      capacity = max(width, Self.blockByteCount / width * width)
      limit = max(1, byteCount / capacity)
    }

    func run() {
      while let memory = room() {
        let block = decode(into: memory)
        queue.withLock { $0.blocks.append(block) }
        if block.isLast { break }
      }
      queue.withLock { $0.hasEnded = true }
    }

    /// Memory for the next block, once the limit allows one; nil if there is no reader.
    private func room() -> Scratch? {
      queue.wait { queue -> Scratch?? in
        if queue.isCancelled { return .some(nil) }
        return queue.blocks.count < limit ? .some(queue.spare.popLast() ?? Scratch()) : nil
      }
    }

    private func decode(into memory: Scratch) -> Block {
      var failure: AudioFileError?
      var count = 0
      do throws(AudioFileError) {
        count = try memory.withMutableBytes(capacity) { span throws(AudioFileError) in
          try file.read(into: &span)
        }
      } catch {
        failure = error
      }
      return Block(
        memory: memory, frameCount: count, damage: file.takeDamage(), failure: failure)
    }
  }
}
