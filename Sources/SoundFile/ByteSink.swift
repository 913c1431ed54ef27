/// Bytes on their way to a file or a pipe, by position, so that libsndfile can write either.
///
/// Small pieces are gathered until `flush`. In a pipe what was sent cannot be sent again: going
/// back and writing over it, as encoders do to complete their headers, is accepted and dropped.
/// One thread at a time.
@safe final class ByteSink {
  /// Whether a header can be written again: an empty regular file of our own pace.
  let isSeekable: Bool

  /// Where libsndfile thinks it is.
  var cursor = 0

  /// The first failure inside a callback of libsndfile, which has no way to pass it on.
  var failure: AudioFileError?

  /// The most bytes the type's header can tell of, and what to say beyond.
  var limit: (byteCount: Int, error: AudioFileError)?

  /// Whether the first frame of an MPEG stream is to be left out if it is empty: it is a place
  /// for a table of contents, which a pipe never gets.
  var dropsEmptyMPEGFrame = false

  /// The first bytes: what the encoder makes of its header.
  private(set) var head: [UInt8] = []

  /// Nil to count and drop everything: for a rehearsal.
  private let descriptor: Descriptor?
  private var broken: AudioFileError?
  private var writtenEnd = 0
  private var descriptorOffset = 0
  private var pending: [UInt8] = []
  private var pendingStart = 0
  private static let blockSize = 64 << 10
  private static let headSize = 4 << 10

  init(_ descriptor: Descriptor) throws(AudioFileError) {
    let status = try descriptor.status()
    self.descriptor = descriptor
    isSeekable = status.isRegular && status.byteCount == 0 && status.offset == 0 && !status.appends
  }

  private init() {
    descriptor = nil
    isSeekable = true
  }

  /// A sink that drops everything.
  static func rehearsal() -> ByteSink { ByteSink() }

  deinit {
    // Whoever cares whether closing worked has called close().
    if !isClosed { try? descriptor?.close() }
  }

  private var isClosed = false

  /// Bytes from the beginning to the furthest that were taken.
  var byteCount: Int { max(writtenEnd, pending.isEmpty ? 0 : pendingStart + pending.count) }

  /// Whether a stream has a hole, after which nothing more can be sent.
  var isBroken: Bool { broken != nil }

  /// Takes bytes at the cursor.
  func put(_ bytes: UnsafeRawBufferPointer) throws(AudioFileError) {
    var bytes = unsafe bytes
    if let broken { throw broken }
    if !isSeekable && cursor < byteCount {
      let known = min(byteCount - cursor, bytes.count)
      cursor += known
      unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes[known...])
    }
    guard bytes.count > 0 else { return }
    if let limit, cursor + bytes.count > limit.byteCount { throw limit.error }
    if cursor != pendingStart + pending.count { try flushBeforeJump() }
    if pending.isEmpty { pendingStart = cursor }
    if pending.isEmpty && bytes.count >= Self.blockSize && !dropsEmptyMPEGFrame {
      unsafe try send(bytes, at: cursor)
      pendingStart = descriptorOffset
    } else {
      unsafe pending.append(contentsOf: bytes)
    }
    cursor += bytes.count
    if pending.count >= Self.blockSize { try flush() }
  }

  /// Sends what was gathered before bytes at another place.
  private func flushBeforeJump() throws(AudioFileError) {
    let position = cursor
    do throws(AudioFileError) { try flush(isLast: true) } catch {
      guard isSeekable else { throw error }
      // On a full disk there may be no room for more, but the header there is can be completed.
      failure = failure ?? error
      cursor = position
    }
  }

  /// Sends what was gathered.
  func flush(isLast: Bool = false) throws(AudioFileError) {
    if dropsEmptyMPEGFrame, !pending.isEmpty {
      guard let empty = MPEGFrame.emptyFrame(in: pending) ?? (isLast ? 0..<0 : nil) else { return }
      dropsEmptyMPEGFrame = false
      pending.removeSubrange(empty)
      pendingStart += empty.count
    }
    guard !pending.isEmpty else { return }
    let bytes = pending
    let start = pendingStart
    pendingStart += pending.count
    pending.removeAll(keepingCapacity: true)
    let result = unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(AudioFileError) in unsafe try send(bytes, at: start) }
    }
    try result.get()
  }

  /// Forgets what was taken and not yet sent, if nothing has been sent: a header that is written
  /// again, and shorter.
  func restart() {
    guard writtenEnd == 0 else { return }
    pending.removeAll()
    pendingStart = 0
    cursor = 0
  }

  /// Corresponds to fsync(2); nothing where there is no disk behind.
  func sync() throws(AudioFileError) {
    try flush()
    if isSeekable { try descriptor?.sync() }
  }

  /// Sends the rest and closes what is ours.
  func close() throws(AudioFileError) {
    var failure: AudioFileError?
    do throws(AudioFileError) { try flush(isLast: true) } catch { failure = error }
    // Whoever shares the descriptor, as `{ …; …; } > file` does, goes on behind the last byte.
    if isSeekable, let descriptor, descriptorOffset != writtenEnd {
      try? descriptor.seek(to: writtenEnd)
    }
    isClosed = true
    // Whoever shares the descriptor goes on behind the end, not behind the header.
    if isSeekable, descriptorOffset != writtenEnd { try? descriptor?.seek(to: writtenEnd) }
    try descriptor?.close()
    if let failure { throw failure }
  }

  private func send(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(AudioFileError) {
    if position < Self.headSize {
      let part = unsafe Array(bytes.prefix(Self.headSize - position))
      head += repeatElement(0, count: max(0, position + part.count - head.count))
      head.replaceSubrange(position..<position + part.count, with: part)
    }
    guard let descriptor else {
      descriptorOffset = position + bytes.count
      writtenEnd = max(writtenEnd, position + bytes.count)
      return
    }
    if isSeekable && position != descriptorOffset { try descriptor.seek(to: position) }
    descriptorOffset = position
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count: Int
      do throws(AudioFileError) {
        count = unsafe try descriptor.write(rest)
      } catch {
        if !isSeekable { broken = error }
        cursor = descriptorOffset
        pendingStart = cursor
        throw error
      }
      done += count
      descriptorOffset += count
      writtenEnd = max(writtenEnd, position + done)
    }
  }
}

/// What little of MPEG must be known here.
enum MPEGFrame {
  /// The range of the first frame if it is empty, an empty range if it is not, nil if it takes
  /// more bytes to tell.
  static func emptyFrame(in bytes: [UInt8]) -> Range<Int>? {
    var start = 0
    if bytes.starts(with: Array("ID3".utf8)) {
      guard case .tag(let count) = HeaderProbe.judge(bytes) else { return nil }
      start = count
    }
    guard bytes.count > start + 4 else { return nil }
    guard let next = bytes[(start + 4)...].firstIndex(where: { $0 != 0 }) else { return nil }
    // Side information alone is longer than this in every frame that has sound.
    let isEmpty = next - start > 36 && bytes[next] == 0xFF
    return isEmpty ? start..<next : start..<start
  }
}
