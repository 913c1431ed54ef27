import Platform

/// The bytes of an input, by position, so that libsndfile can open a file or a pipe.
///
/// A file is read at any position. A pipe keeps its head, which grows while the header is being
/// parsed; afterwards it can only go forward. Positions count from where reading started. One
/// thread at a time.
@safe final class ByteSource {
  /// The maximum size of a pipe's head while opening, in bytes.
  static let longestHead = 16 << 20
  private static let blockSize = 64 << 10
  /// What is read at once from a file at a new position: perhaps only its header is of interest.
  private static let firstBlockSize = 4 << 10

  /// Whether positions may go back: true for a regular file.
  let isSeekable: Bool

  /// The total number of bytes, or nil if only the end reveals it.
  private(set) var byteCount: Int?

  /// libsndfile's current position.
  var cursor = 0

  /// While true, a pipe keeps everything it has read.
  var isOpening = true

  /// Whether a pipe being opened still has its first byte.
  private(set) var hasWholeHead = true

  /// Whether more of a pipe's head was requested than the limit allows.
  private(set) var isHeadTooLong = false

  /// The way that libsndfile's reads are served.
  var service = Service.whole

  /// The length of a pipe that libsndfile is given.
  var endlessLength = ByteSource.anyLength

  /// The length of a file that libsndfile is given, if not its own.
  var statedByteCount: Int?

  /// Whether the end of a file is hidden from libsndfile.
  var hidesEnd = false

  /// Whether libsndfile has seen the end.
  var isExhausted = false

  /// The first failure in a callback, which libsndfile cannot pass on.
  var failure: AudioFileError?

  /// Bytes at the very end that are not a whole frame.
  private(set) var trailingByteCount = 0

  private let descriptor: Descriptor
  private var origin: Int
  private var nextOffset: Int
  private var storage = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var buffered: Range<Int>
  private var nextBlockSize = ByteSource.firstBlockSize

  init(_ descriptor: Descriptor) throws(AudioFileError) {
    let status = try descriptor.status()
    self.descriptor = descriptor
    isSeekable = status.isRegular
    origin = status.offset
    nextOffset = origin
    buffered = origin..<origin
    byteCount = status.isRegular ? max(0, status.byteCount - status.offset) : nil
  }

  deinit {
    unsafe storage.deallocate()
    // Closing a descriptor that was only read loses nothing.
    try? descriptor.close()
  }

  /// Drops the first bytes, such as a tag before the header: positions no longer count them.
  func dropHead(_ count: Int) throws(AudioFileError) {
    if !isSeekable { try discard(to: origin + count) }
    origin += count
    byteCount = byteCount.map { max(0, $0 - count) }
  }

  /// Drops a pipe's bytes before a position while it is being opened, so that a header of any
  /// length can be skipped. Positions before it are no longer readable.
  func forgetHead(before position: Int) throws(AudioFileError) {
    guard !isSeekable, isOpening else { return }
    hasWholeHead = false
    try discard(to: origin + position)
  }

  private func discard(to offset: Int) throws(AudioFileError) {
    if offset >= buffered.upperBound {
      buffered = nextOffset..<nextOffset
      _ = try forward(to: offset)
      // Bytes already read beyond it stay.
      guard buffered.contains(offset) else {
        buffered = nextOffset..<nextOffset
        return
      }
    }
    let dropped = offset - buffered.lowerBound
    guard dropped > 0, let base = unsafe storage.baseAddress else { return }
    unsafe memmove(base, base + dropped, buffered.count - dropped)
    buffered = offset..<buffered.upperBound
  }

  /// Returns up to `count` bytes at a position; fewer only at the end. While a pipe is being
  /// opened, its head grows as far as needed.
  func peek(at position: Int, count: Int) throws(AudioFileError) -> [UInt8] {
    if !isSeekable && isOpening { try growHead(to: origin + position + count) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { unsafe bytes.deallocate() }
    let read = unsafe try read(at: position, into: bytes)
    return unsafe Array(bytes[..<read])
  }

  /// Fills `target` from a position; fewer bytes only at the end.
  func read(
    at position: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(AudioFileError) -> Int {
    var done = 0
    while done < target.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let count = unsafe try readSome(at: position + done, into: rest)
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Reads whole frames from a position: as many as fit from a file, at least one that has arrived
  /// from a pipe. Returns 0 at the end, and counts an incomplete frame there as trailing bytes.
  func readFrames(
    at position: Int, into target: UnsafeMutableRawBufferPointer, bytesPerFrame: Int
  ) throws(AudioFileError) -> Int {
    let room = unsafe UnsafeMutableRawBufferPointer(
      rebasing: target[..<(target.count - target.count % bytesPerFrame)])
    guard room.count > 0 else { return 0 }
    if isSeekable {
      let count = unsafe try read(at: position, into: room)
      if count < room.count { trailingByteCount = count % bytesPerFrame }
      return count - count % bytesPerFrame
    }
    // Only the end of a pipe leaves an incomplete frame, and it cannot be read again.
    if trailingByteCount > 0 { return 0 }
    // Unrequested bytes stay in the pipe, where the writer sees that they wait.
    var count = unsafe try readSome(at: position, into: room, buffering: false)
    while count % bytesPerFrame > 0 {
      let whole = count + bytesPerFrame - count % bytesPerFrame
      let tail = unsafe UnsafeMutableRawBufferPointer(rebasing: room[count..<whole])
      let more = unsafe try readSome(at: position + count, into: tail, buffering: false)
      guard more > 0 else {
        trailingByteCount = count % bytesPerFrame
        break
      }
      count += more
    }
    return count - count % bytesPerFrame
  }

  /// Skips bytes of a file, or reads and drops those of a pipe; returns fewer only at the end.
  func skip(from position: Int, count: Int) throws(AudioFileError) -> Int {
    if let byteCount { return max(0, min(count, byteCount - position)) }
    return try forward(to: origin + position + count) - origin - position
  }

  /// Reads a pipe to its end, so that its writer is not killed for writing unneeded bytes.
  func drain() throws(AudioFileError) {
    if !isSeekable { _ = try forward(to: .max) }
  }

  /// Returns the available bytes from a position, at least one; 0 at the end.
  ///
  /// - Parameter buffering: Whether more bytes may be read, for the next call.
  func readSome(
    at position: Int, into target: UnsafeMutableRawBufferPointer, buffering: Bool = true
  ) throws(AudioFileError) -> Int {
    let offset = origin + position
    if buffered.contains(offset) { return unsafe copyBuffered(from: offset, into: target) }
    if isSeekable {
      if offset != nextOffset {
        try descriptor.seek(to: offset)
        nextBlockSize = Self.firstBlockSize
      }
      nextOffset = offset
    } else if isOpening {
      if offset > buffered.upperBound { return 0 }
      try growHead(to: offset + 1)
      return buffered.contains(offset) ? unsafe copyBuffered(from: offset, into: target) : 0
    } else if offset < nextOffset {
      throw .malformed("needs to go back, which a pipe cannot; save it to a file first")
    } else if offset > nextOffset {
      guard try forward(to: offset) == offset else { return 0 }
      if buffered.contains(offset) { return unsafe copyBuffered(from: offset, into: target) }
    }
    if !buffering || target.count >= Self.blockSize {
      let count = unsafe try descriptor.read(into: target)
      nextOffset += count
      return count
    }
    try fill()
    return buffered.contains(offset) ? unsafe copyBuffered(from: offset, into: target) : 0
  }

  /// Whether bytes from a position, or the end, are available within this many milliseconds.
  func isReady(at position: Int, withinMilliseconds milliseconds: Int) -> Bool {
    isSeekable || buffered.contains(origin + position)
      || descriptor.isReadable(withinMilliseconds: milliseconds)
  }

  /// Reads the next block into the buffer. Blocks of a file grow while it is read in order, and
  /// earlier ones stay while there is room, because codecs return to a header.
  private func fill() throws(AudioFileError) {
    if unsafe storage.count != Self.blockSize {
      unsafe storage.deallocate()
      unsafe storage = .allocate(byteCount: Self.blockSize, alignment: 16)
      buffered = nextOffset..<nextOffset
    }
    let count = isSeekable ? nextBlockSize : Self.blockSize
    let isNext = isSeekable && buffered.upperBound == nextOffset
    if !isNext || buffered.count + count > Self.blockSize { buffered = nextOffset..<nextOffset }
    nextBlockSize = min(2 * nextBlockSize, Self.blockSize)
    let end = buffered.count + count
    nextOffset += unsafe try descriptor.read(
      into: UnsafeMutableRawBufferPointer(rebasing: storage[buffered.count..<end]))
    buffered = buffered.lowerBound..<nextOffset
  }

  /// Reads a pipe until its head reaches `end`, the pipe ends, or the limit is reached.
  private func growHead(to end: Int) throws(AudioFileError) {
    let maxEnd = buffered.lowerBound + Self.longestHead
    if end > maxEnd { isHeadTooLong = true }
    let end = min(end, maxEnd)
    while buffered.upperBound < end {
      if unsafe storage.count - buffered.count < Self.blockSize {
        let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
          byteCount: max(Self.blockSize, 2 * storage.count), alignment: 16)
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(storage))
        unsafe storage.deallocate()
        unsafe storage = larger
      }
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[buffered.count...])
      let count = unsafe try descriptor.read(into: room)
      if count == 0 { break }
      nextOffset += count
      buffered = buffered.lowerBound..<nextOffset
    }
  }

  /// Drops bytes of a pipe up to an offset; returns the offset it reached.
  private func forward(to offset: Int) throws(AudioFileError) -> Int {
    while nextOffset < offset {
      try fill()
      if buffered.isEmpty { return nextOffset }
    }
    return offset
  }

  private func copyBuffered(from offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
    let start = offset - buffered.lowerBound
    let count = min(buffered.upperBound - offset, target.count)
    unsafe target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: storage[start..<(start + count)]))
    return count
  }
}
