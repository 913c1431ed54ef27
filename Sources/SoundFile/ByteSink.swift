/// The bytes of an output, by position, so that libsndfile can write a file or a pipe.
///
/// Small pieces are collected until `flush`. A pipe cannot take back what it has: when encoders
/// seek back and overwrite to complete their headers, those bytes are accepted and dropped. One
/// thread at a time.
@safe final class ByteSink {
  /// Whether a header can be rewritten: true for an initially empty regular file.
  let isSeekable: Bool

  /// libsndfile's current position.
  var cursor = 0

  /// The first failure in a callback, which libsndfile cannot pass on.
  var failure: AudioFileError?

  /// The maximum size in bytes that the type's header can describe, and the error beyond it.
  var limit: (byteCount: Int, error: AudioFileError)?

  /// The first bytes: the encoder's header.
  private(set) var head: [UInt8] = []

  /// nil counts and drops everything, for a rehearsal.
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
    isSeekable =
      status.isRegular && status.byteCount == 0 && status.offset == 0
      && !descriptor.appends
  }

  private init() {
    descriptor = nil
    isSeekable = true
  }

  /// Creates a sink that drops everything.
  static func rehearsal() -> ByteSink { ByteSink() }

  deinit {
    // To learn whether closing worked, call close().
    if !isClosed { try? descriptor?.close() }
  }

  private var isClosed = false

  /// Bytes from the start to the furthest position written.
  var byteCount: Int { max(writtenEnd, pending.isEmpty ? 0 : pendingStart + pending.count) }

  /// Whether a stream has a gap, after which nothing more can be sent.
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
    if pending.isEmpty && bytes.count >= Self.blockSize {
      unsafe try send(bytes, at: cursor)
      pendingStart = descriptorOffset
    } else {
      unsafe pending.append(contentsOf: bytes)
    }
    cursor += bytes.count
    if pending.count >= Self.blockSize { try flush() }
  }

  /// Sends the collected bytes before bytes at another position.
  private func flushBeforeJump() throws(AudioFileError) {
    let position = cursor
    do throws(AudioFileError) { try flush() } catch {
      guard isSeekable else { throw error }
      // A full disk may have no room for more, but an existing header can still be completed.
      failure = failure ?? error
      cursor = position
    }
  }

  /// Sends the collected bytes.
  func flush() throws(AudioFileError) {
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

  /// Discards the collected bytes, if nothing has been sent: a shorter header will be written.
  func restart() {
    guard writtenEnd == 0 else { return }
    pending.removeAll()
    pendingStart = 0
    cursor = 0
  }

  /// Corresponds to fsync(2); does nothing if there is no disk behind the descriptor.
  func sync() throws(AudioFileError) {
    try flush()
    if isSeekable { try descriptor?.sync() }
  }

  /// Sends the remaining bytes and closes the descriptor if it is ours.
  func close() throws(AudioFileError) {
    var failure: AudioFileError?
    do throws(AudioFileError) { try flush() } catch { failure = error }
    // Another user of the descriptor, as in `{ …; …; } > file`, continues after the last byte.
    if isSeekable, let descriptor, descriptorOffset != writtenEnd {
      try? descriptor.seek(to: writtenEnd)
    }
    isClosed = true
    try descriptor?.close()
    if let failure { throw failure }
  }

  // MARK: For encoders, whose callbacks keep a failure instead of throwing it

  /// Sends what an encoder has written; throws the first failure, which may be a callback's.
  func completeWrite() throws(AudioFileError) {
    let flushed = Result { () throws(AudioFileError) in try flush() }
    try throwFailure()
    try flushed.get()
  }

  /// Sends the rest and closes; throws the first failure, which may be a callback's.
  func complete() throws(AudioFileError) {
    let closed = Result { () throws(AudioFileError) in try close() }
    try throwFailure()
    try closed.get()
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
