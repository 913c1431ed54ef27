public import PCM

/// One block of ``InputBlocks``.
public struct InputBlock<S: StreamSample>: Sendable {
  /// The samples: frames × channels. The requested number of frames, or fewer in the last block.
  public var buffer: SampleBuffer<S>
  /// Overflows and underflows since the previous block.
  public var flags: CallbackFlags
  /// Frames that the host lost or the ring had no room for, since the previous block.
  public var lostFrameCount: Int

  /// Creates a block, for tests of what takes one.
  public init(buffer: SampleBuffer<S>, flags: CallbackFlags = [], lostFrameCount: Int = 0) {
    self.buffer = buffer
    self.flags = flags
    self.lostFrameCount = lostFrameCount
  }
}

/// The input of a stream, block by block: what `blocks(frameCount:)` of ``AudioInputStream`` and
/// ``AudioStream`` returns.
///
/// A slow consumer makes the ring overflow, and each block reports the frames lost; nothing else
/// waits for the consumer. The sequence ends, after the last captured frames, when the stream is
/// stopped or closed. It also ends when the task is cancelled: the last block, which may be
/// shorter, has the frames captured by then, and later ones stay readable. It throws `hostLost`
/// within the stall time if the device is lost, and `streamIsStopped` if the stream was never
/// started.
public struct InputBlocks<S: StreamSample>: AsyncSequence, Sendable {
  /// One block.
  public typealias Element = InputBlock<S>
  /// The error it throws.
  public typealias Failure = PortAudioError

  let session: StreamSession
  let frameCount: Int

  /// Creates an iterator, which reads the stream; use only one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(session: session, frameCount: frameCount)
  }

  /// Reads the stream block by block.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let session: StreamSession
    private let frameCount: Int
    private var knownLoss: Int
    private var hasBegun = false
    private var hasEnded = false

    init(session: StreamSession, frameCount: Int) {
      self.session = session
      self.frameCount = frameCount
      knownLoss = session.lostInputFrameCount
    }

    /// The next block, or nil at the end.
    public mutating func next() async throws(PortAudioError) -> InputBlock<S>? {
      try await next(isolation: #isolation)
    }

    /// The next block, or nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?)
      async throws(PortAudioError) -> InputBlock<S>?
    {
      guard !hasEnded else { return nil }
      let (session, frameCount) = (session, frameCount)
      guard frameCount > 0 else { throw PortAudioError(.bufferTooSmall, "reading stream") }
      // Not a transfer: a task that is cancelled before its turn still gets what was captured.
      let isCancelled = AtomicFlag()
      let result = await withTaskCancellationHandler {
        await session.readThread.result { () throws(PortAudioError) in
          try session.readBuffer(of: S.self, frameCount: frameCount) { isCancelled.isSet }
        }
      } onCancel: {
        isCancelled.set()
        session.wake()
      }
      hasEnded = isCancelled.isSet
      if hasBegun, case .failure(let error) = result,
        [.streamIsStopped, .badStream].contains(error.code)
      {
        return nil
      }
      let buffer = try result.get()
      hasBegun = true
      if hasEnded, buffer.frameCount == 0 { return nil }
      let lost = session.lostInputFrameCount
      defer { knownLoss = lost }
      return InputBlock(
        buffer: buffer,
        flags: session.takeInputFlags(),
        lostFrameCount: lost - knownLoss)
    }
  }
}

extension TypedInputStreaming {
  /// The input as a sequence of blocks of `frameCount` frames, read without blocking a thread of
  /// the pool. The stream must be started. The ancestor's example `asyncio_generators.py`.
  public func blocks(frameCount: Int) -> InputBlocks<S> {
    InputBlocks(session: session, frameCount: frameCount)
  }
}

extension StreamSession {
  var lostInputFrameCount: Int { losses.input.lost + losses.input.dropped }
}
