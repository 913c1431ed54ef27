internal import PCM
internal import Platform
internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// `--reopen`: a device that may be lost and come back. It is opened by a copy of the program, another
/// one each time, while files, encoder and ledger stay in this process.
final class ReopeningDevice: InputLeg {
  /// What the device's process reports next.
  enum Event {
    case frames(DeviceRecord.FramesHead)
    case gap(LineGap)
    /// The process is over: the device is lost, or could not be opened.
    case ended(ToolError)
    /// Nothing yet.
    case waiting
  }

  private struct State {
    var link: (any DeviceLink)?
    /// The device of the frames that arrive, and the one of those that were asked for.
    var opened: OpenedDevice?
    var accepted = OpenedDevice(
      id: "", format: StreamFormat(encoding: .f32le, rate: 0, channelCount: 0), latency: 0)
    var startTime: Double?
    var periodFrameCount = 0
    var past = LossReport()
    var ledger = LinkLedger()
    var isPaused = false
    var isHalted = false
    /// The seconds without a sign of life after which the process is killed, and the last sign.
    var patience = 0.0
    var lastSign = 0.0
  }

  /// How long to look for a lost device, in seconds.
  let waitSeconds: Double
  private let query: String?
  private let stallSeconds: Double
  private let connect: @Sendable (DeviceRequest) -> (any DeviceLink)?
  private let state = Mutex(State())

  /// Opens the device of a plan, and waits for it as long as the plan does.
  ///
  /// - Parameter connect: Starts a process that opens the device; nil if it cannot be started.
  init(
    _ plan: RecordPlan, connect: @escaping @Sendable (DeviceRequest) -> (any DeviceLink)?
  ) throws(ToolError) {
    waitSeconds = plan.stream.waitSeconds
    query = plan.device
    stallSeconds = plan.stream.stallSeconds
    self.connect = connect
    // Any text of the request has room for a number like this.
    reconnect(waitSeconds: min(waitSeconds, 1e9))
    let block = Scratch()
    while !isOpen {
      try SignalCenter.shared.checkStop()
      if case .ended(let error) = read(into: block) { throw error }
    }
    accept()
  }

  // MARK: As a leg

  var id: String { state.withLock { $0.accepted.id } }
  var inputFormat: StreamFormat { state.withLock { $0.accepted.format } }
  var inputLatency: Double { state.withLock { $0.accepted.latency } }
  var sampleRate: Double { inputFormat.rate }
  var latencies: (input: Double?, output: Double?) { (inputLatency, nil) }
  var periodFrameCount: Int { state.withLock { $0.periodFrameCount } }
  var startTime: Double? { state.withLock { $0.startTime } }
  var losses: LossReport {
    state.withLock { $0.past.addingInput(of: $0.ledger.settled) }
  }
  var loss: ToolError? { nil }
  var waitingFrameCount: Int {
    guard let link = state.withLock({ $0.link }) else { return 0 }
    return PipeWriter.unreadByteCount(link.output) / inputFormat.bytesPerFrame
  }

  func start() {
    state.withLock { state in
      state.lastSign = monotonicSeconds()
      state.patience = lifelessSeconds
      state.link?.wake()
    }
  }

  func halt(_ mode: StopMode) {
    state.withLock { state in
      state.isHalted = true
      state.lastSign = monotonicSeconds()
      // It ends itself a second after it was asked to.
      state.patience = 3
      state.link?.closeInput()
    }
  }

  func pause() { signal(SIGTSTP, isPaused: true) }
  func resume() { signal(SIGCONT, isPaused: false) }

  private func signal(_ signal: CInt, isPaused: Bool) {
    state.withLock { state in
      state.lastSign = monotonicSeconds()
      state.isPaused = isPaused
      state.link?.send(signal)
    }
  }

  /// Nothing to do: waiting for the process is done in short steps.
  func wakeWaiting() {}

  func segments(for run: StreamRun, isBlockByBlock: Bool) -> any SegmentSource {
    ReopeningInput(self, run)
  }

  func close() {
    let block = Scratch()
    while isConnected { _ = read(into: block) }
  }

  // MARK: The device's process, for the thread that reads

  /// Whether the frames that arrive have another format than those before. True after its input ended,
  /// it may be accepted.
  var isReformatted: Bool {
    state.withLock { state in state.opened.map { $0.format != state.accepted.format } ?? false }
  }

  /// The format of the frames that arrive.
  var arrivingFormat: StreamFormat { state.withLock { ($0.opened ?? $0.accepted).format } }

  /// Goes on with the device as it is now.
  func accept() { state.withLock { $0.accepted = $0.opened ?? $0.accepted } }

  /// Whether there is a process.
  var isConnected: Bool { state.withLock { $0.link != nil } }
  private var isOpen: Bool { state.withLock { $0.opened != nil } }

  /// Counts frames that passed while the device was away.
  func lose(_ frameCount: Int) {
    state.withLock { state in
      state.past.input.lost += frameCount
      state.past.input.lossCount += 1
      state.past.input.lostIsEstimated = true
    }
  }

  /// Starts a process that looks for the device for `waitSeconds`.
  func reconnect(waitSeconds: Double) {
    var request = DeviceRequest(waitSeconds: waitSeconds)
    let accepted = state.withLock { $0.accepted }
    if !accepted.id.isEmpty {
      request.channelCount = accepted.format.channelCount
      // A sink of a server is no device of its own.
      request.id = query.flatMap(ServerSink.init) == nil ? accepted.id : nil
    }
    let link = connect(request)
    state.withLock { state in
      state.link = link
      state.opened = nil
      state.lastSign = monotonicSeconds()
      state.patience = waitSeconds + lifelessSeconds
      // A stop may have come meanwhile.
      if state.isHalted { link?.closeInput() }
    }
  }

  /// Far more than a process needs that finds out itself that its device is lost.
  private var lifelessSeconds: Double { 10 + 3 * stallSeconds }

  /// Waits a tenth of a second for the next event.
  ///
  /// - Parameter block: Takes the bytes of frames.
  func read(into block: Scratch) -> Event {
    guard let link = state.withLock({ $0.link }) else {
      return .ended(.failure(id, "the process for the device cannot be started"))
    }
    guard link.isReadable(within: 100) else {
      return isOverdue() ? end(nil) : .waiting
    }
    guard let record = link.readRecord(isOverdue: isOverdue) else { return end(nil) }
    state.withLock { $0.lastSign = monotonicSeconds() }
    switch record {
    case .opened(let device):
      let isFirst = state.withLock { state in
        state.opened = device
        return state.accepted.id.isEmpty
      }
      if !isFirst { start() }
      return .waiting
    case .frames(let head):
      let byteCount = head.count * arrivingFormat.bytesPerFrame
      let isWhole = block.withMutableBytes(byteCount) { bytes in
        link.readAll(into: &bytes, isOverdue: isOverdue)
      }
      guard isWhole else { return end(nil) }
      state.withLock { state in
        state.ledger.received += head.count
        state.startTime = state.startTime ?? head.startTime
        state.periodFrameCount = head.periodFrameCount
      }
      return .frames(head)
    case .gap(let gap): return .gap(gap)
    case .ledger(let report):
      state.withLock { $0.ledger.report = report }
      return .waiting
    case .failed(let error): return end(error)
    case .stopped: return end(.stopped)
    }
  }

  private func isOverdue() -> Bool {
    state.withLock { !$0.isPaused && monotonicSeconds() - $0.lastSign > $0.patience }
  }

  private func end(_ error: ToolError?) -> Event {
    let link = state.withLock { state in
      state.past = state.past.addingInput(of: state.ledger.settled)
      state.ledger = LinkLedger()
      return state.link.take()
    }
    link?.reap()
    return .ended(error ?? .failure(id, "the process for the device ended"))
  }
}
