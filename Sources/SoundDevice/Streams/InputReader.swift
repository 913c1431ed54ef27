internal import PCM

/// The next part of a stream's input.
public enum InputSegment: Sendable, Hashable {
  /// This many frames, at the start of the block.
  case frames(Int)
  /// Frames missing from the input here, or silence inserted into the output.
  case gap(Gap)
  /// The reader was interrupted before anything came.
  case interrupted
  /// The stream has stopped or was never started, and there is no more input.
  case end
}

/// A blocking stream's input in order: frames up to a gap, the gap, the frames after it, the end.
///
/// A gap in the input comes between the frames on either side of it; a gap in the output of a
/// duplex stream comes as soon as it is known. The reader takes the stream's gaps, so use one
/// reader per stream and do not call ``AudioStreaming/takeGaps()`` yourself. One thread at a time.
public struct InputReader: ~Copyable, Sendable {
  private let session: StreamSession
  /// Gaps beyond the read position, in order.
  private var gaps: [Gap] = []

  /// Creates a reader of the frames that `stream` captures from now on.
  public init(_ stream: some AudioInputStreaming) { self.init(stream.session) }

  init(_ session: StreamSession) { self.session = session }

  /// Waits for the next segment.
  ///
  /// - Parameters:
  ///   - block: Room for at least one frame: frames × channels, interleaved, in the stream's sample
  ///     format.
  ///   - isInterrupted: Checked repeatedly while there is nothing to return, and at once after
  ///     ``AudioStreaming/wakeWaiting()``.
  /// - Throws: `hostLost` if the device is lost, after all earlier input; or an error if the stream
  ///   has no input, or has a callback.
  public mutating func next(
    into block: inout MutableRawSpan, until isInterrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> InputSegment {
    guard let rings = session.rings else {
      throw PortAudioError(.canNotReadFromACallbackStream, "reading stream")
    }
    guard let ring = rings.inputRing else {
      throw PortAudioError(.canNotReadFromAnOutputOnlyStream, "reading stream")
    }
    precondition(block.byteCount >= ring.bytesPerFrame, "there is room for a frame")
    // What a read took that timed out comes first.
    let left = session.takeLeftover(into: &block)
    if left > 0 { return .frames(left) }
    var waiting = Timeout(seconds: nil)
    while true {
      // The order matters: input before the end is still returned, and no frame before the gaps
      // that precede it.
      let isRunning = session.isUnderWay
      let isInterrupted = isInterrupted()
      let written = ring.written
      for gap in session.takeGaps() { insert(gap) }
      let next = gaps.first?.place ?? .max
      if next <= ring.read { return .gap(gaps.removeFirst()) }
      let count = read(min(next, written) - ring.read, into: &block, ring)
      if count > 0 { return .frames(count) }
      if isInterrupted { return .interrupted }
      guard isRunning else {
        if session.stream.isLost { throw PortAudioError(.hostLost, "reading stream") }
        return .end
      }
      ring.waitUntilReadable(1, seconds: waiting.next() ?? 0)
    }
  }

  /// Waits for the next segment of a stream with this sample type.
  ///
  /// - Parameters:
  ///   - block: Room for at least one frame: frames × channels, interleaved.
  ///   - isInterrupted: Checked repeatedly while there is nothing to return.
  public mutating func next<S: StreamSample>(
    into block: inout MutableSpan<S>, until isInterrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> InputSegment {
    precondition(session.resolved.input?.format ?? S.format == S.format, "the stream's samples")
    var bytes = unsafe block.mutableBytes
    return try next(into: &bytes, until: isInterrupted)
  }

  /// Inserts a gap, which may come late if the queue of gaps was full.
  private mutating func insert(_ gap: Gap) {
    let after = gaps.lastIndex { $0.place <= gap.place }
    gaps.insert(gap, at: after.map { $0 + 1 } ?? 0)
  }

  private func read(_ count: Int, into block: inout MutableRawSpan, _ ring: RingBuffer) -> Int {
    let byteCount = min(count * ring.bytesPerFrame, block.byteCount)
    guard byteCount > 0 else { return 0 }
    var part = block._mutatingExtracting(..<byteCount)
    _ = session.readLock.take(timeout: nil)
    defer { session.readLock.leave() }
    return unsafe part.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe ring.read(into: base, count: bytes.count / ring.bytesPerFrame)
    }
  }
}

extension Gap {
  /// The position at which a reader returns it; output gaps come at once.
  fileprivate var place: Int { direction == .input ? position : -1 }
}
