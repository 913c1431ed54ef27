internal import CPortAudio
internal import CRealtime
internal import PCM
internal import Platform
internal import Synchronization

/// The only C callback: the host calls it for each block.
///
/// `process` neither allocates nor locks.
final class Trampoline: @unchecked Sendable {
  // Safe to share: non-atomic members are used only in `process`, which the host calls on one
  // thread at a time, and before the host knows this object.

  /// Callbacks with more frames are processed in several blocks.
  private static let maxBlock = 16384

  let ledger: LossLedger
  let processor: BlockProcessor
  let sampleRate: Double
  private let input: InputAdapter?
  private let output: OutputAdapter?
  private let inputChannelCount: Int
  private let outputChannelCount: Int
  private let inputBytesPerFrame: Int
  private let outputBytesPerFrame: Int
  private let processorKeepsLedger: Bool

  private let callbacks = Atomic<Int>(0)
  private let hostFrames = Atomic<Int>(0)
  private let waits = Atomic<Int>(0)
  private let flagBits = Atomic<UInt>(0)
  private let finishing = Atomic<Bool>(false)
  private let periodFrames = Atomic<Int>(0)
  private let drain = Atomic<Int>(0)
  private let firstCallback = Atomic<Int>(0)
  private let holdsEnd = Atomic<Bool>(false)
  private let isInterrupted = Atomic<Bool>(false)
  private let isAbandoned = Atomic<Bool>(false)
  /// Whether a callback is running.
  private let isInside = Atomic<Bool>(false)

  private var position = 0
  private var stage = Stage.running
  private var pace = PaceMeter()
  private var estimator: LossEstimator
  // The host's thread only.
  private var stopTime = 0.0

  /// Posted once, on the audio thread, when no further callback is wanted.
  let onFinishing: Semaphore

  init(
    input: StreamSide?, output: StreamSide?, sampleRate: Double, processor: BlockProcessor,
    ledger: LossLedger, onFinishing: Semaphore
  ) {
    inputChannelCount = input?.channelCount ?? 0
    outputChannelCount = output?.channelCount ?? 0
    inputBytesPerFrame = input?.hostBytesPerFrame ?? 0
    outputBytesPerFrame = output?.hostBytesPerFrame ?? 0
    self.input = input.map { InputAdapter($0, frameCount: Self.maxBlock) }
    self.output = output.map { OutputAdapter($0, frameCount: Self.maxBlock) }
    self.sampleRate = sampleRate
    self.processor = processor
    processorKeepsLedger = type(of: processor).keepsLedger
    self.ledger = ledger
    self.onFinishing = onFinishing
    estimator = LossEstimator(sampleRate: sampleRate)
    sd_realtime_prepare()
  }

  // MARK: Any thread

  /// Callbacks so far.
  var callbackCount: Int { callbacks.load(ordering: .relaxed) }
  /// The externally visible state of the stream.
  var signs: StreamWatch.Signs {
    StreamWatch.Signs(
      frameCount: hostFrames.load(ordering: .relaxed), waitCount: waits.load(ordering: .relaxed),
      period: period, isFinishing: isFinishing)
  }
  /// Notes that the host would call, but the program has neither data nor room.
  func noteWaiting() { waits.add(1, ordering: .relaxed) }
  /// The host's period in frames, learned from the callback times; 0 before the first.
  var period: Int { periodFrames.load(ordering: .relaxed) }
  /// Wall time of the first counted callback, in nanoseconds since 1970; 0 before it.
  var firstCallbackTime: Int { firstCallback.load(ordering: .relaxed) }
  /// All flags the host has set so far.
  var flags: CallbackFlags { CallbackFlags(rawValue: flagBits.load(ordering: .relaxed)) }
  /// Whether the callback asked for no more calls.
  var isFinishing: Bool { finishing.load(ordering: .acquiring) }
  /// Samples clipped so far, on their way in and out.
  var clippedCount: Int { (input?.clippedCount ?? 0) + (output?.clippedCount ?? 0) }

  /// Prepares for a start, on the host's thread.
  ///
  /// - Parameters:
  ///   - drainFrameCount: Frames of silence after the last block, so that it has been played when
  ///     the stream ends.
  ///   - skipsFirstPeriod: Whether the processor sees nothing of the first period.
  ///   - holdsEnd: Whether a stream that is over continues in silence until ``didStart()``.
  ///   - evidence: How the host's losses become known.
  ///   - now: Seconds of the clock that `process` gets as well.
  func willStart(
    drainFrameCount: Int, skippingFirstPeriod skipsFirstPeriod: Bool = false,
    holdingEnd holdsEnd: Bool = false, evidence: LossEvidence = .flags, resuming: Bool,
    now: Double = monotonicSeconds()
  ) {
    self.holdsEnd.store(holdsEnd, ordering: .relaxed)
    drain.store(drainFrameCount, ordering: .relaxed)
    stage = skipsFirstPeriod ? .awaiting : .running
    finishing.store(false, ordering: .relaxed)
    estimator = LossEstimator(sampleRate: sampleRate, evidence: evidence)
    resetPace(now)
    if resuming { recordPause(seconds: now - stopTime) }
    processor.willStart(resuming: resuming)
  }

  private func recordPause(seconds: Double) {
    let direction: StreamDirection = input == nil ? .output : .input
    let frameCount = Int((seconds * sampleRate).rounded())
    guard frameCount > 0 else { return }
    ledger.record(
      Gap(
        direction: direction, cause: .pause, position: processor.position(direction) ?? position,
        frameCount: frameCount, isEstimated: false, isFreewheeling: false))
  }

  /// Completes a start, on the host's thread.
  func didStart() { holdsEnd.store(false, ordering: .releasing) }

  /// Abandons a lost stream: if the host calls again, it gets silence, and the client gets nothing.
  func abandon() { isAbandoned.store(true, ordering: .sequentiallyConsistent) }

  /// Ends open gaps of an abandoned stream whose host has not been stopped, unless its last callback
  /// has not returned. On the host's thread.
  func settleAbandoned() {
    guard !isInside.load(ordering: .sequentiallyConsistent) else { return }
    ledger.settle()
  }

  /// Prepares for a restart of the host's stream, which its client does not see. On the host's
  /// thread, while no callback runs. The next block follows a loss.
  func willStartAnew(now: Double = monotonicSeconds()) {
    resetPace(now)
    isInterrupted.store(true, ordering: .releasing)
  }

  private func resetPace(_ now: Double) {
    pace = PaceMeter(
      startTime: now, buffered: Double(drain.load(ordering: .relaxed)) / sampleRate)
  }

  /// Completes a stop, on the host's thread, while no callback runs.
  func didStop(discarding: Bool, now: Double = monotonicSeconds()) {
    // Makes visible what the last callback wrote, however the host found out that it is over.
    _ = isInside.load(ordering: .acquiring)
    ledger.settle()
    stopTime = now
    processor.didStop(discarding: discarding)
  }

  /// Adds flags.
  func note(_ flags: CallbackFlags) {
    flagBits.bitwiseOr(flags.rawValue, ordering: .relaxed)
  }

  // MARK: Audio thread

  /// Processes one block of the host.
  ///
  /// - Parameters:
  ///   - hostLoss: The host's exact loss before this block, or nil if the host only sets a flag.
  ///   - now: Seconds of a reliable clock, unlike the time in `info`.
  func process(
    input hostInput: UnsafeRawPointer?, output hostOutput: UnsafeMutableRawPointer?,
    info hostInfo: CallbackInfo, hostLoss: (input: Int, output: Int)?,
    now: Double = monotonicSeconds()
  ) -> CallbackResult {
    sd_realtime_enter()
    defer { sd_realtime_exit() }
    // In this order, so that either this callback finds the stream abandoned, or who abandoned it
    // finds a callback running.
    isInside.store(true, ordering: .sequentiallyConsistent)
    defer { isInside.store(false, ordering: .releasing) }
    callbacks.add(1, ordering: .relaxed)
    hostFrames.add(hostInfo.frameCount, ordering: .relaxed)
    guard !isAbandoned.load(ordering: .sequentiallyConsistent) else {
      unsafe mute(hostOutput, frameCount: hostInfo.frameCount)
      // Not the end: an inactive stream would look as if its server had died, and never be closed.
      return .continue
    }
    var hostInfo = hostInfo.checked()
    hostInfo.sampleRate = sampleRate
    hostInfo.inputChannelCount = inputChannelCount
    hostInfo.outputChannelCount = outputChannelCount
    if isInterrupted.exchange(false, ordering: .acquiring) {
      hostInfo.flags.formUnion([.inputOverflow, .outputUnderflow])
    }
    if !hostInfo.flags.isEmpty { note(hostInfo.flags) }
    pace.advance(frameCount: hostInfo.frameCount, sampleRate: sampleRate, now: now)
    periodFrames.store(pace.period, ordering: .relaxed)
    if pace.isFreewheeling { ledger.noteFreewheeling() }

    var losses = losses(before: hostInfo, exact: hostLoss, now: now)

    if unsafe hostInput != nil { ledger.begin(hostInfo.frameCount, .input) }
    if unsafe hostOutput != nil { ledger.begin(hostInfo.frameCount, .output) }
    if stage == .awaiting {
      if pace.isInFirstPeriod {
        unsafe pass(hostInput, hostOutput, frameCount: hostInfo.frameCount)
        return .continue
      }
      stage = .running
    }
    if firstCallback.load(ordering: .relaxed) == 0 {
      let time = hostInfo.simulatedTime
      firstCallback.store(time == 0 ? Int(wallNanoseconds()) : time, ordering: .relaxed)
    }
    var done = 0
    while done < hostInfo.frameCount {
      let count = min(hostInfo.frameCount - done, Self.maxBlock)
      let blockInput = unsafe hostInput.map { unsafe $0 + done * inputBytesPerFrame }
      let blockOutput = unsafe hostOutput.map { unsafe $0 + done * outputBytesPerFrame }
      if stage != .running {
        unsafe report(losses, input: blockInput, output: blockOutput, info: hostInfo)
        losses = (HostLoss(), HostLoss())
        unsafe pass(blockInput, blockOutput, frameCount: count)
        stage.drain(count)
      } else {
        var info = hostInfo
        info.frameCount = count
        info.position = position
        let offset = Double(done) / sampleRate
        info.inputTime += offset
        info.outputTime += offset
        if info.simulatedTime != 0 { info.simulatedTime += Int(offset * 1e9) }
        let result = unsafe processBlock(
          input: blockInput, output: blockOutput, info: info, losses: losses)
        position += count
        losses = (HostLoss(), HostLoss())
        switch result {
        case .continue: break
        case .complete:
          // One period more than the host asks for: a server that plays our frames in its next
          // period must still find us there.
          stage = .draining(
            output == nil ? 0 : drain.load(ordering: .relaxed) + pace.longestPeriod)
        case .abort:
          unsafe pass(
            hostInput,
            hostOutput.map { unsafe $0 + (done + count) * outputBytesPerFrame },
            frameCount: hostInfo.frameCount - done - count)
          stage = .ended
          return finish(.abort)
        }
      }
      done += count
    }
    return stage.isOver ? finish(.complete) : .continue
  }

  private func finish(_ result: CallbackResult) -> CallbackResult {
    guard !holdsEnd.load(ordering: .acquiring) else { return .continue }
    stage = .ended
    finishing.store(true, ordering: .releasing)
    onFinishing.post()
    return result
  }

  private func processBlock(
    input hostInput: UnsafeRawPointer?, output hostOutput: UnsafeMutableRawPointer?,
    info: CallbackInfo, losses: (input: HostLoss, output: HostLoss)
  ) -> CallbackResult {
    var block = unsafe AudioBlock(input: nil, output: nil, info: info)
    block.inputLoss = losses.input
    block.outputLoss = losses.output
    block.isFreewheeling = pace.isFreewheeling
    if let hostInput = unsafe hostInput, let input {
      unsafe block.input = input.receive(hostInput, frameCount: info.frameCount)
    }
    if let hostOutput = unsafe hostOutput, let output {
      unsafe block.output = output.silence(for: hostOutput, frameCount: info.frameCount)
    }
    if !processorKeepsLedger { account(for: block) }
    let result = processor.process(block)
    if let hostOutput = unsafe hostOutput, let output {
      unsafe output.send(to: hostOutput, frameCount: info.frameCount)
    }
    return result
  }

  private func account(for block: AudioBlock) {
    if input != nil { account(for: block, .input, block.inputLoss) }
    if output != nil { account(for: block, .output, block.outputLoss) }
  }

  private func account(for block: AudioBlock, _ direction: StreamDirection, _ loss: HostLoss) {
    if loss.frameCount > 0 {
      ledger.record(
        Gap(
          direction: direction, cause: .host, position: max(0, block.info.position - loss.age),
          frameCount: loss.frameCount, isEstimated: loss.isEstimated,
          isFreewheeling: block.isFreewheeling))
    }
    ledger.deliver(block.frameCount, direction)
  }

  /// Reports losses while the last output was still playing.
  private func report(
    _ losses: (input: HostLoss, output: HostLoss), input hostInput: UnsafeRawPointer?,
    output hostOutput: UnsafeMutableRawPointer?, info: CallbackInfo
  ) {
    guard losses.input.frameCount + losses.output.frameCount > 0 else { return }
    // A block of no frames, only for processors that know where a loss belongs.
    var block = unsafe AudioBlock(input: hostInput, output: hostOutput, info: info)
    block.info.frameCount = 0
    block.info.position = position
    block.inputLoss = losses.input
    block.outputLoss = losses.output
    block.isFreewheeling = pace.isFreewheeling
    if processorKeepsLedger {
      _ = processor.process(block)
    } else {
      account(for: block)
    }
  }

  /// Counts frames that the processor no longer sees.
  private func pass(
    _ hostInput: UnsafeRawPointer?, _ hostOutput: UnsafeMutableRawPointer?, frameCount: Int
  ) {
    if unsafe hostInput != nil { ledger.discard(frameCount) }
    guard unsafe hostOutput != nil, output != nil, frameCount > 0 else { return }
    ledger.pad(frameCount)
    unsafe mute(hostOutput, frameCount: frameCount)
  }

  private func mute(_ hostOutput: UnsafeMutableRawPointer?, frameCount: Int) {
    guard let hostOutput = unsafe hostOutput, let output, frameCount > 0 else { return }
    unsafe output.mute(hostOutput, frameCount: frameCount)
  }

  /// The loss before a block: the host's exact count, or an estimate.
  private func losses(
    before info: CallbackInfo, exact: (input: Int, output: Int)?, now: Double
  ) -> (input: HostLoss, output: HostLoss) {
    if let exact {
      return (HostLoss(frameCount: exact.input), HostLoss(frameCount: exact.output))
    }
    let losses = estimator.losses(
      info.flags, inputTime: info.inputTime, frameCount: info.frameCount, period: pace.period,
      now: now)
    return (input == nil ? HostLoss() : losses.input, output == nil ? HostLoss() : losses.output)
  }
}

/// The C callback. `userData` is a ``Trampoline``, retained while the stream is open.
let portAudioCallback:
  @convention(c) (
    UnsafeRawPointer?, UnsafeMutableRawPointer?, UInt, UnsafePointer<PaStreamCallbackTimeInfo>?,
    PaStreamCallbackFlags, UnsafeMutableRawPointer?
  ) -> CInt = { input, output, frameCount, time, flags, userData in
    guard let userData = unsafe userData else { return CInt(paAbort.rawValue) }
    let trampoline = unsafe Unmanaged<Trampoline>.fromOpaque(userData)
    let time = unsafe time?.pointee ?? PaStreamCallbackTimeInfo()
    let info = CallbackInfo(
      frameCount: Int(frameCount), sampleRate: 0, inputTime: time.inputBufferAdcTime,
      outputTime: time.outputBufferDacTime, currentTime: time.currentTime,
      flags: CallbackFlags(rawValue: UInt(flags)))
    let result = unsafe trampoline._withUnsafeGuaranteedRef {
      unsafe $0.process(input: input, output: output, info: info, hostLoss: nil)
    }
    switch result {
    case .continue: return CInt(paContinue.rawValue)
    case .complete: return CInt(paComplete.rawValue)
    case .abort: return CInt(paAbort.rawValue)
    }
  }
