internal import PCM
internal import Platform
internal import Synchronization

/// Rings between the audio thread and a reading or writing thread: the basis of blocking streams.
final class RingProcessor: BlockProcessor, @unchecked Sendable {
  /// The condition on which output starts, and restarts after an underflow.
  enum Start: Sendable {
    /// As soon as any frame is there.
    case prompt
    /// With a whole block plus the prebuffer. Each underflow adds one block to the prebuffer; after
    /// a quiet time it starts from the least one again.
    case prebuffered
  }

  let inputRing: RingBuffer?
  let outputRing: RingBuffer?
  private let ledger: LossLedger
  private let start: Start
  /// Frames played without an underflow after which the prebuffer starts again.
  private let quietTime: Int
  /// Keeps input only for frames that are played: frame n in was captured while frame n out was
  /// played.
  private let isAligned: Bool
  private let outputEnded = Atomic<Bool>(false)
  private let leastPrebuffer = Atomic<Int>(0)
  private let prebuffer = Atomic<Int>(0)
  private let raisedFlags = Atomic<UInt>(0)
  let inputTiming = StreamTiming()
  private let lastBlockTime = Atomic<Int64>(0)
  /// The wall time of the first frame of output, in nanoseconds since 1970; 0 for as soon as
  /// possible.
  private let outputStart = Atomic<Int>(0)

  // Audio thread only; the host's thread while no callback runs.
  private var hasRun = false
  private var isPlaying = false
  private var hasPlayed = false
  private var lastReadable = 0
  private var framesSinceGrowth = 0
  private var blocksSinceLoss = settlingBlockCount
  private var quietFrameCount = 0

  /// The blocks after a host loss in which an underflow is due to the lost frames.
  private static let settlingBlockCount = 4

  init(
    inputRing: RingBuffer?, outputRing: RingBuffer?, ledger: LossLedger, start: Start = .prompt,
    isAligned: Bool = false, quietTime: Int = .max
  ) {
    self.inputRing = inputRing
    self.outputRing = outputRing
    self.ledger = ledger
    self.start = start
    self.isAligned = isAligned
    self.quietTime = quietTime
  }

  // MARK: Any thread

  /// Declares that no more frames follow: the stream completes when the ring is empty.
  func endOutput() { outputEnded.store(true, ordering: .releasing) }

  /// The frames beyond one block that output waits for before it starts.
  var prebufferFrameCount: Int { prebuffer.load(ordering: .relaxed) }

  /// Sets the least prebuffer, which is the first one too. Call it before the stream starts.
  func setLeastPrebuffer(_ frameCount: Int) {
    guard start == .prebuffered, let outputRing else { return }
    let least = min(frameCount, outputRing.capacity / 2)
    leastPrebuffer.store(least, ordering: .relaxed)
    prebuffer.store(least, ordering: .relaxed)
  }

  /// Plays padding until a wall time, in nanoseconds since 1970. Call it before the stream starts.
  func holdOutput(until time: Int) { outputStart.store(time, ordering: .relaxed) }

  /// The time of the last block, in nanoseconds of the monotonic clock; 0 before the first.
  var blockTime: Int64 { lastBlockTime.load(ordering: .acquiring) }

  /// Takes the losses since the last call, as flags.
  func takeFlags(_ mask: CallbackFlags) -> CallbackFlags {
    let old = raisedFlags.bitwiseAnd(~mask.rawValue, ordering: .relaxed).oldValue
    return CallbackFlags(rawValue: old).intersection(mask)
  }

  override func position(_ direction: StreamDirection) -> Int? {
    direction == .input ? inputRing?.written : outputRing?.read
  }

  override func willStart(resuming: Bool) {
    guard !resuming else { return }
    // Output that ended before the first start has ended; it was written in advance.
    if hasRun { outputEnded.store(false, ordering: .releasing) }
    hasRun = true
    isPlaying = false
    hasPlayed = false
    lastReadable = 0
    framesSinceGrowth = 0
    blocksSinceLoss = Self.settlingBlockCount
  }

  override func didStop(discarding: Bool) {
    // While no callback runs, this thread is the ring's only reader.
    if discarding { outputRing?.discard() }
  }

  override func interrupted() {
    inputRing?.wake()
    outputRing?.wake()
  }

  override class var keepsLedger: Bool { true }

  // MARK: Audio thread

  override func isReady(frameCount: Int) -> Bool {
    if let outputRing, !outputEnded.load(ordering: .acquiring) {
      let wanted = min(frameCount + prebufferFrameCount, outputRing.capacity)
      if outputRing.readableCount < wanted { return false }
    }
    return inputRing.map { $0.writableCount >= min(frameCount, $0.capacity) } ?? true
  }

  override var isDrained: Bool { (inputRing?.readableCount ?? 0) == 0 }

  override func process(_ block: AudioBlock) -> CallbackResult {
    var played = block.frameCount
    var result = CallbackResult.continue
    if let outputRing, let output = unsafe block.output {
      (played, result) = unsafe play(outputRing, into: output, block)
      lastBlockTime.store(monotonicNanoseconds(), ordering: .releasing)
    }
    if let inputRing, let input = unsafe block.input {
      let kept = isAligned ? played : block.frameCount
      ledger.discard(block.frameCount - kept)
      unsafe keep(inputRing, from: input, frameCount: kept, block)
    }
    return result
  }

  private func keep(
    _ ring: RingBuffer, from input: UnsafeRawPointer, frameCount: Int, _ block: AudioBlock
  ) {
    if block.inputLoss.frameCount > 0 {
      raise(.inputOverflow)
      ledger.record(
        gap(.input, .host, at: ring.written, block.inputLoss.frameCount, block)
          .lost(block.inputLoss, besides: block.outputLoss))
    }
    guard frameCount > 0 else { return }
    // A block that does not fit is dropped whole, so the gap is in one place.
    if ring.writableCount >= frameCount {
      ledger.deliver(frameCount, .input)
      inputTiming.note(ring.written, capturedAt: captureTime(of: block.info))
      unsafe ring.write(from: input, count: frameCount)
    } else {
      raise(.inputOverflow)
      ledger.record(gap(.input, .overflow, at: ring.written, frameCount, block))
    }
  }

  /// The host's capture time if it has one, otherwise now. In nanoseconds since 1970.
  private func captureTime(of info: CallbackInfo) -> Int {
    let delay = info.currentTime - info.inputTime
    return wallTime(info) - (delay > 0 && delay < 10 ? Int(delay * 1e9) : 0)
  }

  private func wallTime(_ info: CallbackInfo) -> Int {
    info.simulatedTime == 0 ? Int(wallNanoseconds()) : info.simulatedTime
  }

  /// The frames of padding in a block, before the output may start.
  private func paddingBeforeStart(_ block: AudioBlock) -> Int {
    let start = outputStart.load(ordering: .relaxed)
    guard start > 0, !hasPlayed else { return 0 }
    let delay = block.info.outputTime - block.info.currentTime
    let latency = delay > 0 && delay < 10 ? delay : 0
    let left = Double(start - wallTime(block.info)) / 1e9 - latency
    return Int(min(max(0, (left * block.info.sampleRate).rounded()), Double(block.frameCount)))
  }

  private func play(
    _ ring: RingBuffer, into output: UnsafeMutableRawPointer, _ block: AudioBlock
  ) -> (played: Int, CallbackResult) {
    blocksSinceLoss = min(blocksSinceLoss + 1, Self.settlingBlockCount)
    if block.outputLoss.frameCount > 0 {
      blocksSinceLoss = 0
      raise(.outputUnderflow)
      ledger.record(
        gap(.output, .host, at: ring.read, block.outputLoss.frameCount, block)
          .lost(block.outputLoss, besides: block.inputLoss))
    }
    let padding = paddingBeforeStart(block)
    if padding > 0 { ledger.pad(padding) }
    let wanted = block.frameCount - padding
    guard wanted > 0 || block.frameCount == 0 else { return (0, .continue) }
    // Load the end before the count: once the end is visible, the count is final.
    let hasEnded = outputEnded.load(ordering: .acquiring)
    let readable = ring.readableCount
    if !isPlaying { isPlaying = mayBegin(readable, wanted, ring, hasEnded) }
    let isShort = readable < wanted && !hasEnded
    let canPlay = isPlaying && !(isShort && start == .prebuffered && !isOverdue)
    let played = canPlay ? min(readable, wanted) : 0
    if played > 0 {
      quietFrameCount += played
      ledger.deliver(played, .output)
      unsafe ring.read(into: output + padding * ring.bytesPerFrame, count: played)
      hasPlayed = true
    }
    let missing = wanted - played
    if missing > 0 { account(missing, ring, block, hasEnded: hasEnded) }
    return (played, hasEnded && ring.readableCount == 0 ? .complete : .continue)
  }

  /// Whether frames have waited long enough for more and should be played alone.
  private var isOverdue: Bool { framesSinceGrowth < 0 }

  /// Whether an underflow is due to frames that the host lost. No prebuffer would help: the
  /// recorder that feeds this stream has missed the same cycles.
  private var lacksLostFrames: Bool { blocksSinceLoss < Self.settlingBlockCount }

  private func mayBegin(_ readable: Int, _ wanted: Int, _ ring: RingBuffer, _ hasEnded: Bool)
    -> Bool
  {
    guard readable > 0 else { return false }
    if hasEnded || start == .prompt { return true }
    let needed = min(wanted + prebuffer.load(ordering: .relaxed), ring.capacity)
    if readable >= needed { return true }
    // A writer that pauses with fewer frames in the ring must not wait forever.
    framesSinceGrowth = readable > lastReadable ? 0 : framesSinceGrowth + wanted
    lastReadable = readable
    guard framesSinceGrowth > needed + 4 * wanted else { return false }
    framesSinceGrowth = -1
    return true
  }

  private func account(
    _ missing: Int, _ ring: RingBuffer, _ block: AudioBlock, hasEnded: Bool
  ) {
    if hasEnded || !hasPlayed { return ledger.pad(missing) }
    if isPlaying {
      if !isOverdue && !block.isFreewheeling && !lacksLostFrames { grow(ring, block) }
      isPlaying = false
      lastReadable = 0
      framesSinceGrowth = 0
    }
    raise(.outputUnderflow)
    ledger.record(gap(.output, .underflow, at: ring.read, missing, block))
  }

  private func grow(_ ring: RingBuffer, _ block: AudioBlock) {
    guard start == .prebuffered else { return }
    let kept =
      quietFrameCount < quietTime
      ? prebuffer.load(ordering: .relaxed) : leastPrebuffer.load(ordering: .relaxed)
    prebuffer.store(min(kept + block.frameCount, ring.capacity / 2), ordering: .relaxed)
    quietFrameCount = 0
  }

  private func raise(_ flags: CallbackFlags) {
    raisedFlags.bitwiseOr(flags.rawValue, ordering: .relaxed)
  }

  private func gap(
    _ direction: StreamDirection, _ cause: Gap.Cause, at position: Int, _ frameCount: Int,
    _ block: AudioBlock
  ) -> Gap {
    Gap(
      direction: direction, cause: cause, position: position, frameCount: frameCount,
      isEstimated: false, isFreewheeling: block.isFreewheeling)
  }
}

extension Gap {
  fileprivate func lost(_ loss: HostLoss, besides other: HostLoss) -> Gap {
    var gap = self
    gap.isEstimated = loss.isEstimated
    gap.position = max(0, gap.position - loss.age)
    gap.isMutual = loss.frameCount == other.frameCount
    return gap
  }
}
