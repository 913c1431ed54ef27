internal import Platform
internal import Synchronization

/// A stream on a virtual device.
@safe final class VirtualStream: HostStream, @unchecked Sendable {
  // Safe to share: `position`, `nextBlock` and what follows are touched by the engine's thread
  // while the stream is on the engine, and by the host's thread before; `isStarted` by the host's.
  private static let orders = Atomic<Int>(0)

  let trampoline: Trampoline
  let granted: GrantedStream
  /// Streams due at the same frame are called in the order in which they were opened.
  let order: Int
  private let engine: VirtualEngine
  private let onClose: () -> Void
  private let inputChannelCount: Int?
  private let outputChannelCount: Int?
  /// Whether it never becomes inactive by itself.
  private let lingers: Bool
  /// What it reports as times, if not the times.
  private let garbageTimes: [Double]
  /// What the output takes, whatever is reported, in seconds.
  private let latency: Double
  private let blockSize: Int
  private let varies: Bool
  private let input: UnsafeMutableBufferPointer<Float>
  private let output: UnsafeMutableBufferPointer<Float>
  private let busy = Atomic<Double>(0)
  private var isStarted = false
  /// How its clock differs from the engine's.
  private let clock: StreamClock
  /// Whether it meets others on the engine's timeline.
  let loops: Bool
  private let files: (input: VirtualInputFile?, output: VirtualOutputFile?)

  /// The frame of its own clock at which the next block begins.
  private(set) var position = 0
  /// Where its clock and the engine's were the same.
  private var origin = 0
  /// Frames handed over and lost since the stream was opened.
  private(set) var elapsed = 0
  /// What is still to happen.
  private(set) var faults: [VirtualConfiguration.Fault]
  private var sizes: BlockSizes?
  /// Frames by which this stream is behind the engine's clock, or ahead of it if negative, since it
  /// freewheeled.
  private var delay = 0
  private var stall = Stall.none
  private var isCrawling = false
  private var freewheelingLeft = 0
  /// Frames lost since the last callback.
  private(set) var untoldLoss = 0

  private enum Stall: Equatable {
    case none
    /// Until the engine's clock is there.
    case until(Int)
    case forEver
  }

  init(
    engine: VirtualEngine, configuration: HostConfiguration, trampoline: Trampoline,
    onClose: @escaping () -> Void, blockSize: Int, varies: Bool, blockSeed: UInt64?,
    faults: [VirtualConfiguration.Fault], sins: Set<VirtualConfiguration.Sin>,
    clock: StreamClock = StreamClock(), loops: Bool = true,
    files: (input: VirtualInputFile?, output: VirtualOutputFile?) = (nil, nil)
  ) {
    self.files = files
    self.clock = clock
    self.loops = loops
    self.engine = engine
    self.trampoline = trampoline
    self.onClose = onClose
    self.blockSize = blockSize
    self.varies = varies
    self.faults = faults
    sizes = blockSeed.map { BlockSizes(seed: $0, most: blockSize) }
    order = Self.orders.add(1, ordering: .relaxed).newValue
    inputChannelCount = configuration.input?.channelCount
    outputChannelCount = configuration.output?.channelCount
    unsafe input = .allocate(capacity: blockSize * (inputChannelCount ?? 0))
    unsafe output = .allocate(capacity: blockSize * (outputChannelCount ?? 0))
    unsafe input.initialize(repeating: 0)
    unsafe output.initialize(repeating: 0)
    lingers = sins.contains(.linger)
    garbageTimes =
      sins.contains(.garbageTimes) ? [-.infinity, .nan, 1e300, -4e9, 0, 4_294_967_296] : []
    latency =
      configuration.output == nil
      ? 0 : Double(max(engine.latency, blockSize)) / configuration.sampleRate
    var granted = GrantedStream(
      reportedRate: configuration.sampleRate, wantedRate: configuration.sampleRate,
      reportedInputLatency: sins.contains(.garbageLatency) ? -.infinity : 0,
      reportedOutputLatency: sins.contains(.garbageLatency)
        ? Self.garbageFrameCount / configuration.sampleRate : latency)
    granted.reportsLosses = !sins.contains(.noFlags)
    self.granted = granted
  }

  /// What 32 bits make of a port latency of 0 less one period.
  private static let garbageFrameCount = 4_294_966_272.0

  deinit {
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  // MARK: The host's thread

  func start() throws(PortAudioError) {
    isStarted = true
    engine.add(self)
  }

  func stop() throws(PortAudioError) {
    isStarted = false
    engine.remove(self)
    // What was handed over last still plays for as long as the latency is.
    if engine.isRealtime, outputChannelCount != nil, stall == .none {
      Semaphore().wait(seconds: latency)
    }
  }

  func abort() throws(PortAudioError) {
    isStarted = false
    engine.remove(self)
  }

  func close() throws(PortAudioError) {
    isStarted = false
    engine.remove(self)
    onClose()
  }

  var isActive: Bool { engine.contains(self) || isStarted && lingers }

  var time: Double { garbageTimes.isEmpty ? monotonicSeconds() : .nan }

  var cpuLoad: Double { busy.load(ordering: .relaxed) }

  // MARK: The engine's thread

  /// - Parameter clock: Where the engine's clock is, which a stream that freewheeled has overtaken.
  func begin(at frame: Int, clock: Int) {
    position = frame
    origin = frame
    delay = clock - frame
  }

  /// The length of the next block: shorter right before a fault, if the length may vary, so that
  /// the fault comes at its frame exactly.
  var nextBlock: Int {
    let size = sizes?.current ?? blockSize
    guard varies, let fault = faults.first, fault.position > elapsed else { return size }
    return min(size, fault.position - elapsed)
  }

  var takesInput: Bool { inputChannelCount != nil }

  /// Whether the program has data and room for the next block.
  var isReady: Bool { trampoline.processor.isReady(frameCount: nextBlock) }

  /// Whether the program has taken all that it was given.
  var isDrained: Bool { trampoline.processor.isDrained }

  /// Whether no callback comes any more, though the stream is not over.
  var isStalledForEver: Bool { stall == .forEver }

  /// The frame of the engine's clock at which the next block is to be handed over; nil: at once.
  var nextDue: Int? {
    if freewheelingLeft > 0 { return nil }
    let due =
      clock.engineFrame(position + nextBlock, from: origin) + delay + clock.lateness(position)
    if case .until(let frame) = stall { return max(due, frame) }
    return due
  }

  /// The engine's frame at which the next block begins.
  var enginePosition: Int { clock.engineFrame(position, from: origin) }

  /// Runs one block; false when the stream is over.
  ///
  /// - Parameter now: Seconds of the stream's clock.
  func runBlock(timeline: LoopTimeline?, latency: Int, now: Double) -> Bool {
    stall = .none
    let wasFreewheeling = freewheelingLeft > 0
    while let fault = faults.first, fault.position <= elapsed, stall == .none {
      faults.removeFirst()
      switch fault.kind {
      case .lost: return false
      case .stall where fault.frameCount == 0: stall = .forEver
      case .stall: stall = .until((nextDue ?? position + delay) + fault.frameCount)
      case .freewheel: freewheelingLeft += fault.frameCount
      case .crawl: isCrawling = true
      case .xrun:
        untoldLoss += fault.frameCount
        position += fault.frameCount
        elapsed += fault.frameCount
        if wasFreewheeling { delay -= fault.frameCount }
      }
    }
    guard stall == .none else { return true }
    let frameCount = nextBlock
    let result = call(frameCount, timeline: timeline, latency: latency, now: now)
    position += frameCount
    elapsed += frameCount
    freewheelingLeft = max(0, freewheelingLeft - frameCount)
    if wasFreewheeling { delay -= frameCount }
    if isCrawling { delay += 99 * frameCount }
    sizes?.advance()
    return result == .continue
  }

  private func call(_ frameCount: Int, timeline: LoopTimeline?, latency: Int, now: Double)
    -> CallbackResult
  {
    let lost = untoldLoss
    untoldLoss = 0
    var flags: CallbackFlags = []
    if lost > 0, inputChannelCount != nil { flags.insert(.inputOverflow) }
    if lost > 0, outputChannelCount != nil { flags.insert(.outputUnderflow) }
    if !granted.reportsLosses { flags = [] }
    if let inputChannelCount, let base = unsafe input.baseAddress, let timeline {
      unsafe timeline.copy(
        into: base, channelCount: inputChannelCount, frameCount: frameCount,
        from: position - max(latency, blockSize))
    }
    if let inputChannelCount, let base = unsafe input.baseAddress, let file = files.input {
      unsafe file.copy(
        into: base, channelCount: inputChannelCount, frameCount: frameCount, from: elapsed)
    }
    let info = info(frameCount, flags, now: now)
    let hasInput = inputChannelCount != nil
    let hasOutput = outputChannelCount != nil
    let before = monotonicSeconds()
    let result = unsafe trampoline.process(
      input: hasInput ? UnsafeRawPointer(input.baseAddress) : nil,
      output: hasOutput ? UnsafeMutableRawPointer(output.baseAddress) : nil,
      info: info,
      hostLoss: granted.reportsLosses ? (hasInput ? lost : 0, hasOutput ? lost : 0) : nil,
      now: now)
    let load = (monotonicSeconds() - before) * granted.sampleRate / Double(frameCount)
    busy.store(0.9 * busy.load(ordering: .relaxed) + 0.1 * load, ordering: .relaxed)
    if let outputChannelCount, let base = unsafe output.baseAddress, let timeline {
      unsafe timeline.add(
        base, channelCount: outputChannelCount, frameCount: frameCount, at: position)
    }
    if let outputChannelCount, let base = unsafe output.baseAddress, let file = files.output,
      unsafe !file.write(
        base, channelCount: outputChannelCount, frameCount: frameCount, at: elapsed)
    {
      // A device that cannot take what is played is gone.
      return .abort
    }
    return result
  }
}

extension VirtualStream {
  private func info(_ frameCount: Int, _ flags: CallbackFlags, now: Double) -> CallbackInfo {
    var info = CallbackInfo(
      frameCount: frameCount, inputTime: now, outputTime: now + latency, currentTime: now,
      flags: flags, position: 0)
    guard !garbageTimes.isEmpty else { return info }
    func garbage(_ offset: Int) -> Double {
      garbageTimes[(elapsed / max(1, blockSize) + offset) % garbageTimes.count]
    }
    (info.inputTime, info.outputTime, info.currentTime) = (garbage(0), garbage(1), garbage(2))
    return info
  }
}

/// How the clock of a stream differs from its engine's.
struct StreamClock: Sendable {
  /// How far it is ahead, in millionths.
  var drift = 0
  /// The most frames by which a block comes late.
  var jitter = 0

  /// The engine's frame at one of the stream's; both were the same at `origin`.
  func engineFrame(_ frame: Int, from origin: Int) -> Int {
    drift == 0 ? frame : origin + (frame - origin) * 1_000_000 / (1_000_000 + drift)
  }

  /// By how many frames the block at this frame is late.
  func lateness(_ frame: Int) -> Int {
    guard jitter > 0 else { return 0 }
    var sizes = BlockSizes(seed: UInt64(frame), most: jitter + 1)
    sizes.advance()
    return sizes.current - 1
  }
}

/// Sizes of blocks that differ, from 1 to `most` frames: the same ones for the same seed.
private struct BlockSizes {
  private var state: UInt64
  private let most: Int
  private(set) var current = 1

  init(seed: UInt64, most: Int) {
    state = seed
    self.most = most
    advance()
  }

  // SplitMix64.
  mutating func advance() {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    current = 1 + Int((word ^ word >> 31) % UInt64(most))
  }
}
