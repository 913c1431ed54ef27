internal import PCM

/// What comes next in a stream's input.
public enum InputSegment: Sendable, Hashable {
  /// So many frames, at the beginning of the block.
  case frames(Int)
  /// Frames that are missing from the input here, or silence that was put into the output.
  case gap(Gap)
  /// Nothing came until the reader was interrupted.
  case interrupted
  /// The stream has stopped or was never started, and everything before that has been given.
  case end
}

/// The input of a blocking stream in order: frames up to a gap, the gap, what follows it, the end.
///
/// Each gap in the input stands between the frames it lies between; one in the output of a duplex
/// stream comes as soon as it is known. The reader takes the stream's gaps, so there is one reader
/// of a stream, and nobody else calls ``AudioStreaming/takeGaps()``. One thread at a time.
public struct InputReader: ~Copyable, Sendable {
  private let session: StreamSession
  /// Gaps that lie beyond what has been read, in order.
  private var gaps: [Gap] = []

  /// A reader of what `stream` captures from now on.
  public init(_ stream: some AudioInputStreaming) { self.init(stream.session) }

  init(_ session: StreamSession) { self.session = session }

  /// Waits for the next segment.
  ///
  /// - Parameters:
  ///   - block: Room for frames × channels, interleaved, of the stream's sample format; one frame
  ///     at least.
  ///   - isInterrupted: Asked again and again while there is nothing to give, and at once after
  ///     ``AudioStreaming/wakeWaiting()``.
  /// - Throws: `hostLost` where the device is lost, after all that came before; or that the stream
  ///   has no input, or a callback.
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
    var waiting = Timeout(seconds: nil)
    while true {
      // In this order: what came before the end is still given, and no frame before the gaps that
      // lie before it.
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

  /// Waits for the next segment of a stream of these samples.
  ///
  /// - Parameters:
  ///   - block: Room for frames × channels, interleaved; one frame at least.
  ///   - isInterrupted: Asked again and again while there is nothing to give.
  public mutating func next<S: StreamSample>(
    into block: inout MutableSpan<S>, until isInterrupted: () -> Bool = { false }
  ) throws(PortAudioError) -> InputSegment {
    precondition(session.resolved.input?.format ?? S.format == S.format, "the stream's samples")
    var bytes = unsafe block.mutableBytes
    return try next(into: &bytes, until: isInterrupted)
  }

  /// A gap may come late, where the queue of gaps was full.
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
  /// Where a reader gives it: one in the output at once.
  fileprivate var place: Int { direction == .input ? position : -1 }
}
