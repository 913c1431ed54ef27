internal import Platform
internal import SoundDevice
internal import SoundTool
internal import Synchronization

/// The side of ``ReopeningDevice`` that has the device: a copy of the program that opens it, waits for
/// a byte on stdin, and sends what the device gives down stdout until it is lost or stdin closes.
///
/// A process of its own, as a host that died can often not be had again in the same one.
final class DeviceServer {
  private let plan: RecordPlan
  private let request: DeviceRequest
  private var pipe = PipeWriter(descriptor: StandardStreams.output, name: "stdout")
  /// Limits ledgers, but for the last one.
  private let limit = RateLimit(interval: 0.1)

  /// Serves the parent, including the start and shutdown of the libraries.
  static func run(_ plan: RecordPlan, _ request: DeviceRequest) throws(ToolError) {
    // Signals that ask for files and lines are for the parent.
    SignalCenter.shared.onSplit {}
    let isStarted = ParentLine.watch()
    try DeviceSystem.run(plan.stream) { () throws(ToolError) in
      do throws(ToolError) {
        try DeviceServer(plan, request).serve(isStarted)
      } catch  where error.kind == .brokenPipe {
        // The parent is gone: killed, perhaps.
      }
    }
  }

  private init(_ plan: RecordPlan, _ request: DeviceRequest) {
    self.plan = plan.requesting(request)
    self.request = request
  }

  private func serve(_ isStarted: () -> Bool) throws(ToolError) {
    do throws(ToolError) {
      let (stream, device) = try plan.openStream()
      let leg = StreamLeg(stream, device)
      try send(
        .opened(OpenedDevice(id: device.id, format: leg.inputFormat, latency: leg.inputLatency)))
      while !isStarted() {
        try SignalCenter.shared.checkStop()
        SoundSystem.pause(seconds: 0.005)
      }
      if plan.latency == .low {
        _ = SoundSystem.makeThreadRealtime()
        PipeWriter.shrinkPipe(
          pipe.descriptor, blockByteCount: stream.periodFrameCount * leg.inputFormat.bytesPerFrame)
      }
      try serve(leg)
    } catch {
      switch error.kind {
      case .reported: try send(.failed(error))
      case .stopped: try send(.stopped)
      case .brokenPipe: throw error
      }
    }
  }

  private func serve(_ leg: StreamLeg<RawAudioInputStream>) throws(ToolError) {
    let reporter = try RunReporter(ReportPlan(), rate: leg.sampleRate, channelCount: 0)
    let run = StreamRun(leg, LossPolicy(xrun: .ignore), reporter) {
      "\(leg.id): \(counted(leg.losses.input.delivered, "frame")) captured for the recorder"
    }
    let input = leg.segments(for: run, isBlockByBlock: plan.latency == .low)
    try run.start()
    var loss: ToolError?
    while let segment = input.next() {
      switch segment {
      case .frames(let frames):
        try send(
          .frames(
            DeviceRecord.FramesHead(
              count: frames.count, captured: frames.captured, startTime: leg.startTime,
              periodFrameCount: leg.periodFrameCount)))
        try frames.withBytes { bytes throws(ToolError) in try pipe.write(bytes) }
        if limit.pass() != nil { try send(.ledger(leg.losses)) }
      case .gap(let gap): try send(.gap(gap))
      case .lost(let error): loss = error
      case .mark: break
      }
    }
    run.halt(.abort)
    try send(.ledger(leg.losses))
    if let loss = loss ?? run.failure { throw loss }
    throw .stopped
  }

  private func send(_ record: DeviceRecord) throws(ToolError) {
    let bytes = record.bytes
    try pipe.write(unsafe bytes.span.bytes)
  }
}

/// Stdin of a copy of the program: a byte starts the device, its end ends the process.
private enum ParentLine {
  private final class Flag: Sendable { let value = Atomic<Bool>(false) }

  /// Watches it on a separate thread.
  ///
  /// - Returns: A function that says whether the device should start.
  static func watch() -> () -> Bool {
    let flag = Flag()
    startThread(named: "sd-stdin") {
      var byte: UInt8 = 0
      while true {
        let count = unsafe SystemCall.read(STDIN_FILENO, &byte, 1)
        if count > 0 { flag.value.store(true, ordering: .releasing) }
        if count == 0 || count < 0 && errno != EINTR { break }
      }
      // As if asked to stop, wherever the program is.
      kill(getpid(), SIGTERM)
    }
    return { flag.value.load(ordering: .acquiring) }
  }
}

extension RecordPlan {
  /// The plan to open the device as it was when it was lost.
  fileprivate func requesting(_ request: DeviceRequest) -> RecordPlan {
    var plan = self
    plan.stream.waitSeconds = request.waitSeconds
    if plan.map == nil, request.channelCount > 0 { plan.channelCount = request.channelCount }
    if let id = request.id { plan.device = id }
    return plan
  }
}
