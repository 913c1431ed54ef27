internal import CPortAudio
internal import CRealtime
internal import PCM
internal import Synchronization

/// What the host calls for each block: the only C callback, and the bridge from the host's channels
/// and sample format to the stream's.
///
/// Allocates nothing and locks nothing between `process` and its return.
final class Trampoline: @unchecked Sendable {
  // Safe to share: what is not atomic is touched only in `process`, which the host calls on one
  // thread at a time, and before the host knows this object.

  /// How one direction gets from the host's frames to the stream's.
  struct Side {
    var hostFormat: SampleFormat
    var hostChannelCount: Int
    var format: SampleFormat
    var channelCount: Int
    var map: ChannelMap?
    var converter: SampleConverter?

    var hostFrameByteCount: Int { hostFormat.byteCount * hostChannelCount }
    var mappedFrameByteCount: Int { hostFormat.byteCount * channelCount }
    var frameByteCount: Int { format.byteCount * channelCount }
  }

  /// More frames than this in one callback are processed in several blocks.
  private static let scratchFrameCount = 16384

  let ledger: LossLedger
  let processor: BlockProcessor
  let sampleRate: Double
  private var input: Side?
  private var output: Side?
  private let scratch: Scratch

  private let callbacks = Atomic<Int>(0)
  private let waits = Atomic<Int>(0)
  private let flagBits = Atomic<UInt>(0)
  private let finishing = Atomic<Bool>(false)
  private let muted = Atomic<Bool>(false)
  private let periodFrames = Atomic<Int>(0)
  private let inputClips = Atomic<Int>(0)
  private let outputClips = Atomic<Int>(0)
  private let drain = Atomic<Int>(0)
  private let firstCallback = Atomic<Int>(0)

  private var position = 0
  private var remainingDrain: Int?
  private var awaitsSecondPeriod = false
  private var pace = PaceMeter()
  private var expectedInputTime: Double?

  /// Called once, on the audio thread, when no further callback is wanted.
  let onFinishing: Semaphore

  init(
    input: Side?, output: Side?, sampleRate: Double, processor: BlockProcessor,
    ledger: LossLedger, onFinishing: Semaphore
  ) {
    self.input = input
    self.output = output
    self.sampleRate = sampleRate
    self.processor = processor
    self.ledger = ledger
    self.onFinishing = onFinishing
    scratch = Scratch(input: input, output: output, frameCount: Self.scratchFrameCount)
    sd_realtime_prepare()
  }

  // MARK: Any thread

  /// Callbacks so far.
  var callbackCount: Int { callbacks.load(ordering: .relaxed) }
  /// Grows as long as the host calls, or waits to call until the program is ready.
  var signsOfLife: Int { callbackCount &+ waits.load(ordering: .relaxed) }
  /// The host would call, but the program has neither data nor room.
  func noteWaiting() { waits.add(1, ordering: .relaxed) }
  /// The host's period in frames, learned from the times of callbacks; 0 before the first.
  var period: Int { periodFrames.load(ordering: .relaxed) }
  /// Wall time of the first callback whose frames count, in nanoseconds since 1970; 0 before it.
  var firstCallbackTime: Int { firstCallback.load(ordering: .relaxed) }
  /// Every flag the host has given.
  var flags: CallbackFlags { CallbackFlags(rawValue: flagBits.load(ordering: .relaxed)) }
  /// Whether the callback asked for no more.
  var isFinishing: Bool { finishing.load(ordering: .acquiring) }
  /// Samples that were clipped on their way in and out.
  var clippedCount: Int {
    inputClips.load(ordering: .relaxed) + outputClips.load(ordering: .relaxed)
  }

  /// Before each start, on the host's thread.
  ///
  /// - Parameters:
  ///   - drainFrameCount: How many frames of silence follow the last block, so that it has been played
  ///     when the stream ends.
  ///   - passesOverFirstPeriod: Whether nothing of the first period is given to the processor, nor
  ///     taken from it.
  func willStart(
    drainFrameCount: Int, passingOverFirstPeriod passesOverFirstPeriod: Bool = false,
    resuming: Bool
  ) {
    drain.store(drainFrameCount, ordering: .relaxed)
    awaitsSecondPeriod = passesOverFirstPeriod
    finishing.store(false, ordering: .relaxed)
    remainingDrain = nil
    expectedInputTime = nil
    pace = PaceMeter()
    processor.willStart(resuming: resuming)
  }

  /// After each stop, on the host's thread: no callback runs.
  func didStop(discarding: Bool) {
    ledger.settle()
    processor.didStop(discarding: discarding)
  }

  /// Adds to the flags.
  func note(_ flags: CallbackFlags) {
    flagBits.bitwiseOr(flags.rawValue, ordering: .relaxed)
  }

  // MARK: Audio thread

  /// Processes one block of the host.
  ///
  /// - Parameters:
  ///   - hostLoss: what the host lost before this block, if it knows exactly; nil if it only flags.
  ///   - now: seconds of a clock that can be trusted, which the time in `info` cannot.
  func process(
    input hostInput: UnsafeRawPointer?, output hostOutput: UnsafeMutableRawPointer?,
    info hostInfo: CallbackInfo, hostLoss: (input: Int, output: Int)?,
    now: Double = monotonicSeconds()
  ) -> CallbackResult {
    sd_realtime_enter()
    defer { sd_realtime_exit() }
    callbacks.add(1, ordering: .relaxed)
    if !hostInfo.flags.isEmpty { note(hostInfo.flags) }
    pace.advance(frameCount: hostInfo.frameCount, sampleRate: sampleRate, now: now)
    periodFrames.store(pace.period, ordering: .relaxed)
    if pace.isFreewheeling { ledger.noteFreewheeling() }

    var losses = losses(before: hostInfo, exact: hostLoss)
    expectedInputTime = hostInfo.inputTime + Double(hostInfo.frameCount) / sampleRate

    if unsafe hostInput != nil { ledger.begin(hostInfo.frameCount, .input) }
    if unsafe hostOutput != nil { ledger.begin(hostInfo.frameCount, .output) }
    if awaitsSecondPeriod {
      awaitsSecondPeriod = pace.isInFirstPeriod
      if awaitsSecondPeriod {
        unsafe pass(hostInput, hostOutput, frameCount: hostInfo.frameCount)
        return .continue
      }
    }
    if firstCallback.load(ordering: .relaxed) == 0 {
      firstCallback.store(Int(sd_wall_nanoseconds()), ordering: .relaxed)
    }
    var done = 0
    while done < hostInfo.frameCount {
      let count = min(hostInfo.frameCount - done, Self.scratchFrameCount)
      let blockInput = unsafe hostInput.map { base in
        unsafe base + done * (input?.hostFrameByteCount ?? 0)
      }
      let blockOutput = unsafe hostOutput.map { base in
        unsafe base + done * (output?.hostFrameByteCount ?? 0)
      }
      if remainingDrain != nil {
        unsafe tell(losses, input: blockInput, output: blockOutput, info: hostInfo)
        losses = (HostLoss(), HostLoss())
        unsafe pass(blockInput, blockOutput, frameCount: count)
        remainingDrain = remainingDrain.map { $0 - count }
      } else {
        var info = hostInfo
        info.frameCount = count
        info.position = position
        let offset = Double(done) / sampleRate
        info.inputTime += offset
        info.outputTime += offset
        let result = unsafe processBlock(
          input: blockInput, output: blockOutput, info: info, losses: losses)
        position += count
        losses = (HostLoss(), HostLoss())
        switch result {
        case .continue: break
        case .complete:
          // One period more than the host asks for: a server that plays what it has been given in
          // its next one must not find us gone.
          remainingDrain =
            output == nil ? 0 : drain.load(ordering: .relaxed) + pace.longestPeriod
        case .abort:
          unsafe pass(
            hostInput,
            hostOutput.map { base in
              unsafe base + (done + count) * (output?.hostFrameByteCount ?? 0)
            },
            frameCount: hostInfo.frameCount - done - count)
          finish()
          return .abort
        }
      }
      done += count
    }
    if let remainingDrain, remainingDrain <= 0 {
      finish()
      return .complete
    }
    return .continue
  }

  private func finish() {
    finishing.store(true, ordering: .releasing)
    onFinishing.post()
  }

  private func processBlock(
    input hostInput: UnsafeRawPointer?, output hostOutput: UnsafeMutableRawPointer?,
    info: CallbackInfo, losses: (input: HostLoss, output: HostLoss)
  ) -> CallbackResult {
    var block = unsafe AudioBlock(input: nil, output: nil, info: info)
    block.inputLoss = losses.input
    block.outputLoss = losses.output
    block.isFreewheeling = pace.isFreewheeling
    if let hostInput = unsafe hostInput {
      unsafe block.input = receive(hostInput, frameCount: info.frameCount)
    }
    if let hostOutput = unsafe hostOutput, let output {
      let target = unsafe scratch.outputSamples ?? hostOutput
      unsafe fillSilence(
        target, byteCount: info.frameCount * output.frameByteCount, format: output.format)
      unsafe block.output = target
    }
    if !processor.keepsLedger { account(for: block) }
    let result = processor.process(block)
    if let hostOutput = unsafe hostOutput {
      unsafe send(hostOutput, frameCount: info.frameCount)
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
          direction: direction, cause: .host, position: block.info.position,
          frameCount: loss.frameCount, isEstimated: loss.isEstimated,
          isFreewheeling: block.isFreewheeling))
    }
    ledger.deliver(block.frameCount, direction)
  }

  // A pointer that changes and is lent to a span is boxed on the heap, so each step below is given
  // its own that does not.

  /// Brings host frames into the stream's channels and format; the pointer is good until the
  /// next block.
  private func receive(_ hostInput: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    unsafe convertInput(gather(hostInput, frameCount: frameCount), frameCount: frameCount)
  }

  private func gather(_ hostInput: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    guard let side = input, let map = side.map, let mapped = unsafe scratch.inputMapped else {
      return unsafe hostInput
    }
    let source = unsafe RawSpan(
      _unsafeStart: hostInput, byteCount: frameCount * side.hostFrameByteCount)
    var target = unsafe MutableRawSpan(
      _unsafeStart: mapped, byteCount: frameCount * side.mappedFrameByteCount)
    map.gather(
      source, channelCount: side.hostChannelCount, into: &target,
      encoding: SampleEncoding(side.hostFormat))
    return UnsafeRawPointer(mapped)
  }

  private func convertInput(_ samples: UnsafeRawPointer, frameCount: Int) -> UnsafeRawPointer {
    guard let side = input, let converted = unsafe scratch.inputSamples else {
      return unsafe samples
    }
    let source = unsafe RawSpan(
      _unsafeStart: samples, byteCount: frameCount * side.mappedFrameByteCount)
    var target = unsafe MutableRawSpan(
      _unsafeStart: converted, byteCount: frameCount * side.frameByteCount)
    input?.converter?.convert(source, into: &target)
    inputClips.store(input?.converter?.clippedCount ?? 0, ordering: .relaxed)
    return UnsafeRawPointer(converted)
  }

  /// Brings what the processor wrote into the host's format and channels.
  private func send(_ hostOutput: UnsafeMutableRawPointer, frameCount: Int) {
    guard let produced = unsafe scratch.outputSamples else { return }
    let converted = unsafe convertOutput(produced, hostOutput, frameCount: frameCount)
    unsafe scatter(converted, into: hostOutput, frameCount: frameCount)
  }

  private func convertOutput(
    _ samples: UnsafeMutableRawPointer, _ hostOutput: UnsafeMutableRawPointer, frameCount: Int
  ) -> UnsafeRawPointer {
    guard let side = output, side.converter != nil else {
      return UnsafeRawPointer(samples)
    }
    let converted = unsafe scratch.outputConverted ?? hostOutput
    let source = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(samples), byteCount: frameCount * side.frameByteCount)
    var target = unsafe MutableRawSpan(
      _unsafeStart: converted, byteCount: frameCount * side.mappedFrameByteCount)
    output?.converter?.convert(source, into: &target)
    outputClips.store(output?.converter?.clippedCount ?? 0, ordering: .relaxed)
    return UnsafeRawPointer(converted)
  }

  private func scatter(
    _ samples: UnsafeRawPointer, into hostOutput: UnsafeMutableRawPointer, frameCount: Int
  ) {
    guard let side = output, let map = side.map else { return }
    let source = unsafe RawSpan(
      _unsafeStart: samples, byteCount: frameCount * side.mappedFrameByteCount)
    var target = unsafe MutableRawSpan(
      _unsafeStart: hostOutput, byteCount: frameCount * side.hostFrameByteCount)
    map.scatter(
      source, channelCount: side.channelCount, into: &target,
      channelCount: side.hostChannelCount, encoding: SampleEncoding(side.hostFormat))
  }

  /// What was lost while the last output still played.
  private func tell(
    _ losses: (input: HostLoss, output: HostLoss), input hostInput: UnsafeRawPointer?,
    output hostOutput: UnsafeMutableRawPointer?, info: CallbackInfo
  ) {
    guard losses.input.frameCount + losses.output.frameCount > 0 else { return }
    // A block of no frames, which only those processors see that know where a loss lies.
    var block = unsafe AudioBlock(input: hostInput, output: hostOutput, info: info)
    block.info.frameCount = 0
    block.info.position = position
    block.inputLoss = losses.input
    block.outputLoss = losses.output
    block.isFreewheeling = pace.isFreewheeling
    if processor.keepsLedger {
      _ = processor.process(block)
    } else {
      account(for: block)
    }
  }

  /// Frames that the processor does not see any more.
  private func pass(
    _ hostInput: UnsafeRawPointer?, _ hostOutput: UnsafeMutableRawPointer?, frameCount: Int
  ) {
    if unsafe hostInput != nil { ledger.idle(frameCount, .input) }
    guard let hostOutput = unsafe hostOutput, let output, frameCount > 0 else { return }
    ledger.idle(frameCount, .output)
    unsafe fillSilence(
      hostOutput, byteCount: frameCount * output.hostFrameByteCount, format: output.hostFormat)
  }

  private func fillSilence(
    _ pointer: UnsafeMutableRawPointer, byteCount: Int, format: SampleFormat
  ) {
    unsafe pointer.initializeMemory(
      as: UInt8.self, repeating: format == .uint8 ? 0x80 : 0, count: byteCount)
  }

  /// What was lost before a block: what the host says, or else as many whole periods as the input
  /// time jumped, at least one, where it only flags.
  private func losses(before info: CallbackInfo, exact: (input: Int, output: Int)?)
    -> (input: HostLoss, output: HostLoss)
  {
    if let exact {
      return (HostLoss(frameCount: exact.input), HostLoss(frameCount: exact.output))
    }
    let flagged = info.flags.intersection([.inputOverflow, .outputUnderflow])
    // A flag on the very first block tells of the time before the start.
    guard !flagged.isEmpty, let expected = expectedInputTime else { return (.init(), .init()) }
    let period = max(1, pace.period)
    let jump = (info.inputTime - expected) * sampleRate
    let isPlausible = jump > 0 && jump < 10 * sampleRate
    let periods = isPlausible ? max(1, Int((jump / Double(period)).rounded())) : 1
    let loss = HostLoss(frameCount: periods * period, isEstimated: true)
    return (
      flagged.contains(.inputOverflow) && input != nil ? loss : HostLoss(),
      flagged.contains(.outputUnderflow) && output != nil ? loss : HostLoss()
    )
  }
}

/// The C callback. `userData` is a ``Trampoline``, retained as long as the stream is open.
let portAudioCallback:
  @convention(c) (
    UnsafeRawPointer?, UnsafeMutableRawPointer?, UInt, UnsafePointer<PaStreamCallbackTimeInfo>?,
    PaStreamCallbackFlags, UnsafeMutableRawPointer?
  ) -> CInt = { input, output, frameCount, time, flags, userData in
    guard let userData = unsafe userData else { return CInt(paAbort.rawValue) }
    let trampoline = unsafe Unmanaged<Trampoline>.fromOpaque(userData).takeUnretainedValue()
    let time = unsafe time?.pointee ?? PaStreamCallbackTimeInfo()
    let info = CallbackInfo(
      frameCount: Int(frameCount), inputTime: time.inputBufferAdcTime,
      outputTime: time.outputBufferDacTime, currentTime: time.currentTime,
      flags: CallbackFlags(rawValue: UInt(flags)), position: 0)
    let result = unsafe trampoline.process(
      input: input, output: output, info: info, hostLoss: nil)
    switch result {
    case .continue: return CInt(paContinue.rawValue)
    case .complete: return CInt(paComplete.rawValue)
    case .abort: return CInt(paAbort.rawValue)
    }
  }
