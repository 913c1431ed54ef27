internal import Platform
internal import Synchronization

/// A stream on a virtual device.
@safe final class VirtualStream: HostStream, @unchecked Sendable {
  // Safe to share: the engine's thread uses `position`, `nextBlock` and the members after them
  // while the stream is on the engine, and the host's thread before that; only the host's uses
  // `isStarted`.
  private static let orders = Atomic<Int>(0)

  let trampoline: Trampoline
  let granted: GrantedStream
  /// Streams due at the same frame are called in the order of their opening.
  let order: Int
  private let engine: VirtualEngine
  private let onClose: () -> Void
  private let inputChannelCount: Int?
  private let outputChannelCount: Int?
  /// Whether it never becomes inactive by itself.
  private let lingers: Bool
  /// The times to report, if not the real ones.
  private let garbageTimes: [Double]
  /// The real latency of the output, whatever is reported, in seconds.
  private let latency: Double
  private let blockSize: Int
  private let varies: Bool
  private let reportsLosses: Bool
  private let input: UnsafeMutableBufferPointer<Float>
  private let output: UnsafeMutableBufferPointer<Float>
  private let busy = Atomic<Double>(0)
  /// Seconds of the engine's clock at the last callback, or at the start.
  private let lastCall = Atomic<Double>(0)
  private let isRetuned = AtomicFlag()
  private var isStarted = false
  /// The difference between its clock and the engine's.
  private let clock: StreamClock
  /// Whether it takes part in the engine's timeline.
  let loops: Bool
  private let files: (input: VirtualInputFile?, output: VirtualOutputFile?)

  /// The frame of its own clock at which the next block starts.
  private(set) var position = 0
  /// The frame at which its clock and the engine's were the same.
  private var origin = 0
  private var wallEpoch: Int?
  /// Frames processed and lost since the stream was opened.
  private(set) var elapsed = 0
  /// The faults still to come.
  private(set) var faults: [VirtualConfiguration.Fault]
  private var sizes: BlockSizes?
  /// Frames by which this stream is behind the engine's clock after freewheeling; negative if
  /// ahead.
  private var delay = 0
  private var stall = Stall.none
  private var isCrawling = false
  private var freewheelingLeft = 0
  /// Frames lost since the last callback.
  private(set) var untoldLoss = 0

  private enum Stall: Equatable {
    case none
    /// Until the engine's clock reaches this frame.
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
    reportsLosses = !sins.contains(.noFlags)
    granted.lossEvidence = reportsLosses ? .flags : .clock(latencyChange: 0)
    granted.mayChangeRate = faults.contains { $0.kind == .retune }
    // Real time means nothing then: `silence` says when callbacks are missing.
    if engine.isManual { granted.longestSilence = .infinity }
    self.granted = granted
  }

  /// A port latency of 0 less one period, in 32-bit arithmetic.
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
    // The last output is still playing for as long as the latency.
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

  var time: Double { garbageTimes.isEmpty ? engine.now : .nan }

  var now: Double { engine.now }

  var silence: Double? {
    engine.isManual ? engine.now - lastCall.load(ordering: .relaxed) : nil
  }

  var cpuLoad: Double { busy.load(ordering: .relaxed) }

  var currentRate: Double? { isRetuned.isSet ? granted.sampleRate / 2 : granted.sampleRate }

  // MARK: The engine's thread

  /// - Parameters:
  ///   - clock: The position of the engine's clock, which a freewheeling stream is ahead of.
  ///   - wallEpoch: The wall time of the engine's first frame, in nanoseconds since 1970, if its
  ///     clock is not real time.
  func begin(at frame: Int, clock: Int, wallEpoch: Int?) {
    self.wallEpoch = wallEpoch
    position = frame
    origin = frame
    delay = clock - frame
    lastCall.store(engine.now, ordering: .relaxed)
  }

  /// The length of the next block. If it may vary, it is shorter right before a fault, so that the
  /// fault happens exactly at its frame.
  var nextBlock: Int {
    let size = sizes?.current ?? blockSize
    guard varies, let fault = faults.first, fault.position > elapsed else { return size }
    return min(size, fault.position - elapsed)
  }

  var takesInput: Bool { inputChannelCount != nil }

  /// Whether the program has data and room for the next block.
  var isReady: Bool { trampoline.processor.isReady(frameCount: nextBlock) }

  /// Whether the program has read all its input.
  var isDrained: Bool { trampoline.processor.isDrained }

  /// Whether no more callbacks come, although the stream is not over.
  var isStalledForEver: Bool { stall == .forEver }

  /// The clock's frame at which the next block is due; nil means at once.
  var nextDue: Int? {
    if freewheelingLeft > 0 { return nil }
    let due =
      clock.engineFrame(position + nextBlock, from: origin) + delay + clock.lateness(position)
    if case .until(let frame) = stall { return max(due, frame) }
    return due
  }

  /// The engine's frame at which the next block starts.
  var enginePosition: Int { clock.engineFrame(position, from: origin) }

  /// Runs one block; false if the stream is over.
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
      case .retune: isRetuned.set()
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
    lastCall.store(now, ordering: .relaxed)
    let lost = untoldLoss
    untoldLoss = 0
    var flags: CallbackFlags = []
    if lost > 0, inputChannelCount != nil { flags.insert(.inputOverflow) }
    if lost > 0, outputChannelCount != nil { flags.insert(.outputUnderflow) }
    if !reportsLosses { flags = [] }
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
      hostLoss: reportsLosses ? (hasInput ? lost : 0, hasOutput ? lost : 0) : nil,
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
      // A device that cannot store its output is gone.
      return .abort
    }
    return result
  }
}

extension VirtualStream {
  private func info(_ frameCount: Int, _ flags: CallbackFlags, now: Double) -> CallbackInfo {
    var info = CallbackInfo(
      frameCount: frameCount, sampleRate: granted.sampleRate, inputTime: now,
      outputTime: now + latency, currentTime: now, flags: flags)
    if let wallEpoch {
      info.simulatedTime = wallEpoch + Int(Double(enginePosition) / engine.sampleRate * 1e9)
    }
    guard !garbageTimes.isEmpty else { return info }
    func garbage(_ offset: Int) -> Double {
      garbageTimes[(elapsed / max(1, blockSize) + offset) % garbageTimes.count]
    }
    (info.inputTime, info.outputTime, info.currentTime) = (garbage(0), garbage(1), garbage(2))
    return info
  }
}

/// The difference between a stream's clock and its engine's.
struct StreamClock: Sendable {
  /// How far it is ahead, in ppm.
  var drift = 0
  /// The maximum delay of a block, in frames.
  var jitter = 0

  /// Converts a frame of the stream to the engine's clock; both were the same at `origin`.
  func engineFrame(_ frame: Int, from origin: Int) -> Int {
    drift == 0 ? frame : origin + (frame - origin) * 1_000_000 / (1_000_000 + drift)
  }

  /// The delay of the block at this frame, in frames.
  func lateness(_ frame: Int) -> Int {
    guard jitter > 0 else { return 0 }
    var sizes = BlockSizes(seed: UInt64(frame), most: jitter + 1)
    sizes.advance()
    return sizes.current - 1
  }
}

/// Varying block sizes, from 1 to `limit` frames: the same for the same seed.
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
