internal import Synchronization

/// A stream on a virtual device.
@safe final class VirtualStream: HostStream, @unchecked Sendable {
  // Safe to share: `position`, `nextBlock` and what follows are touched by the engine's thread
  // while the stream is on the engine, and by the host's thread before.
  private static let orders = Atomic<Int>(0)

  let trampoline: Trampoline
  let granted: GrantedStream
  /// Streams due at the same frame are called in the order in which they were opened.
  let order: Int
  private let engine: VirtualEngine
  private let onClose: () -> Void
  private let inputChannelCount: Int?
  private let outputChannelCount: Int?
  private let blockSize: Int
  private let varies: Bool
  private let input: UnsafeMutableBufferPointer<Float>
  private let output: UnsafeMutableBufferPointer<Float>
  private let busy = Atomic<Double>(0)

  /// The engine's frame at which the next block begins.
  private(set) var position = 0
  /// Frames handed over and lost since the stream was opened.
  private var elapsed = 0
  private var faults: [VirtualConfiguration.Fault]
  private var isStalled = false

  init(
    engine: VirtualEngine, configuration: HostConfiguration, trampoline: Trampoline,
    onClose: @escaping () -> Void, blockSize: Int, varies: Bool,
    faults: [VirtualConfiguration.Fault]
  ) {
    self.engine = engine
    self.trampoline = trampoline
    self.onClose = onClose
    self.blockSize = blockSize
    self.varies = varies
    self.faults = faults
    order = Self.orders.add(1, ordering: .relaxed).newValue
    inputChannelCount = configuration.input?.channelCount
    outputChannelCount = configuration.output?.channelCount
    unsafe input = .allocate(capacity: blockSize * (inputChannelCount ?? 0))
    unsafe output = .allocate(capacity: blockSize * (outputChannelCount ?? 0))
    unsafe input.initialize(repeating: 0)
    unsafe output.initialize(repeating: 0)
    granted = GrantedStream(
      sampleRate: configuration.sampleRate,
      inputLatency: 0,
      outputLatency: configuration.output == nil
        ? 0 : Double(max(engine.latency, blockSize)) / configuration.sampleRate)
  }

  deinit {
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  // MARK: The host's thread

  func start() throws(PortAudioError) { engine.add(self) }

  func stop() throws(PortAudioError) {
    engine.remove(self)
    // What was handed over last still plays for as long as the latency is.
    if engine.isRealtime, outputChannelCount != nil, !isStalled {
      Semaphore().wait(seconds: granted.outputLatency)
    }
  }

  func abort() throws(PortAudioError) { engine.remove(self) }

  func close() throws(PortAudioError) {
    engine.remove(self)
    onClose()
  }

  var isActive: Bool { engine.contains(self) }

  var time: Double { monotonicSeconds() }

  var cpuLoad: Double { busy.load(ordering: .relaxed) }

  // MARK: The engine's thread

  func begin(at frame: Int) { position = frame }

  /// The length of the next block: shorter right before a fault, if the length may vary, so that
  /// the fault comes at its frame exactly.
  var nextBlock: Int {
    guard varies, let fault = faults.first, fault.position > elapsed else { return blockSize }
    return min(blockSize, fault.position - elapsed)
  }

  /// Runs one block; false when the stream is over.
  func runBlock(timeline: LoopTimeline?, latency: Int) -> Bool {
    if isStalled {
      position += blockSize
      return true
    }
    var lost = 0
    while let fault = faults.first, fault.position <= elapsed {
      faults.removeFirst()
      switch fault.kind {
      case .lost: return false
      case .stall:
        isStalled = true
        return true
      case .xrun: lost += fault.frameCount
      }
    }
    position += lost
    elapsed += lost
    let frameCount = nextBlock
    var flags: CallbackFlags = []
    if lost > 0, inputChannelCount != nil { flags.insert(.inputOverflow) }
    if lost > 0, outputChannelCount != nil { flags.insert(.outputUnderflow) }
    if let inputChannelCount, let base = unsafe input.baseAddress, let timeline {
      unsafe timeline.copy(
        into: base, channelCount: inputChannelCount, frameCount: frameCount,
        from: position - max(latency, blockSize))
    }
    let before = monotonicSeconds()
    let info = CallbackInfo(
      frameCount: frameCount, inputTime: before - granted.inputLatency,
      outputTime: before + granted.outputLatency, currentTime: before, flags: flags, position: 0)
    let hasInput = inputChannelCount != nil
    let hasOutput = outputChannelCount != nil
    let result = unsafe trampoline.process(
      input: hasInput ? UnsafeRawPointer(input.baseAddress) : nil,
      output: hasOutput ? UnsafeMutableRawPointer(output.baseAddress) : nil,
      info: info, hostLoss: (hasInput ? lost : 0, hasOutput ? lost : 0))
    let load = (monotonicSeconds() - before) * granted.sampleRate / Double(frameCount)
    busy.store(0.9 * busy.load(ordering: .relaxed) + 0.1 * load, ordering: .relaxed)
    if let outputChannelCount, let base = unsafe output.baseAddress, let timeline {
      unsafe timeline.add(
        base, channelCount: outputChannelCount, frameCount: frameCount, at: position)
    }
    position += frameCount
    elapsed += frameCount
    return result == .continue
  }
}
