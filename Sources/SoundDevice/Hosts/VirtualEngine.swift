internal import CRealtime
internal import Platform
internal import Synchronization

/// The clock of a virtual device, and the timeline that its streams share.
///
/// One thread calls all running streams, each when its next block is due, always in the same order.
/// A block at frame p takes the output of frames p… and supplies the input of frames p…, which for
/// a loopback is the output of `latency` frames earlier.
final class VirtualEngine: @unchecked Sendable {
  // Safe to share: `timeline` belongs to the engine's thread alone; the rest is behind `state`.
  private struct State {
    var streams: [VirtualStream] = []
    /// The stream whose callback is running.
    var current: ObjectIdentifier?
    var epoch = 0.0
    /// The wall time of the clock's first frame, in nanoseconds since 1970; 0 before the first
    /// stream.
    var wallEpoch = 0
    var clock = 0
  }

  let sampleRate: Double
  let channelCount: Int
  let latency: Int
  private let pace: VirtualConfiguration.Pace
  let timeline: LoopTimeline?
  private let state = Guarded(State())
  /// The position of a manual clock, in frames.
  private let manualClock = Atomic<Int>(0)
  private var worker: WorkerThread?
  private let callbackEnded = Semaphore()
  /// The delay, in seconds, tolerated with priority. The engine's thread alone.
  private static let tolerance = 0.25
  private var hasPriority: Bool?

  init(
    sampleRate: Double, channelCount: Int, latency: Int, loops: Bool,
    pace: VirtualConfiguration.Pace
  ) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    self.latency = latency
    self.pace = pace
    timeline = loops ? LoopTimeline(channelCount: channelCount) : nil
    guard pace != .manual else { return }
    // Held weakly: the thread ends with the last stream's reference to its engine.
    worker = WorkerThread(named: "sd-virtual", lingering: 0.05) { [weak self] in self?.round() }
  }

  deinit { worker?.wake() }

  var isRealtime: Bool { pace == .realtime }

  var isManual: Bool { pace == .manual }

  /// Seconds of the clock by which callbacks are due. Any thread.
  var now: Double {
    guard isManual else { return monotonicSeconds() }
    return Double(manualClock.load(ordering: .acquiring)) / sampleRate
  }

  // MARK: The host's thread

  /// Starts calling a stream, from the clock's next frame on.
  func add(_ stream: VirtualStream) {
    state.withLock { state in
      if state.streams.isEmpty {
        state.epoch = monotonicSeconds() - Double(state.clock) / sampleRate
      }
      let now =
        switch pace {
        case .realtime: Int((monotonicSeconds() - state.epoch) * sampleRate)
        case .fast: state.clock
        case .manual: manualClock.load(ordering: .acquiring)
        }
      if state.wallEpoch == 0 { state.wallEpoch = Int(wallNanoseconds()) }
      let start = isRealtime ? nil : state.wallEpoch
      stream.begin(at: max(state.clock, now), clock: now, wallEpoch: start)
      state.streams.append(stream)
    }
    worker?.wake()
  }

  /// Stops calling a stream: no callback of it runs afterwards.
  func remove(_ stream: VirtualStream) {
    let id = ObjectIdentifier(stream)
    state.withLock { $0.streams.removeAll { ObjectIdentifier($0) == id } }
    while state.withLock({ $0.current == id }) { callbackEnded.wait(seconds: 0.001) }
  }

  func contains(_ stream: VirtualStream) -> Bool {
    state.withLock { $0.streams.contains { $0 === stream } }
  }

  // MARK: The engine's thread

  /// Advances a manual clock and calls every stream that becomes due. One thread at a time, which
  /// then acts as the engine's.
  func advance(by frameCount: Int) {
    var time = manualClock.load(ordering: .acquiring)
    let target = time &+ frameCount
    while let (stream, due) = next(), due.map({ $0 <= target }) ?? true {
      // The clock follows the callbacks, so that none looks late to the watchdog. During a stall, a
      // block's due time may have passed long ago.
      time = max(time, due ?? time)
      manualClock.store(time, ordering: .releasing)
      run(stream, now: Double(time) / sampleRate)
    }
    manualClock.store(max(time, target), ordering: .releasing)
  }

  /// Calls all streams that are due. Returns the seconds until the next round; nil without streams.
  private func round() -> Double? {
    guard let (stream, due) = next() else {
      // The thread may end, and with it its priority.
      hasPriority = nil
      return nil
    }
    takePriority()
    if pace == .fast {
      guard let ready = stream.isReady ? stream : ahead(of: stream) else {
        stream.trampoline.noteWaiting()
        return 0.0005
      }
      run(ready, now: monotonicSeconds())
      return 0
    }
    if let due {
      let time = state.withLock { $0.epoch } + Double(due) / sampleRate
      let wait = time - monotonicSeconds()
      // If woken earlier, look again: a new stream may be due earlier.
      if wait > 0 { return wait }
      if wait < -Self.tolerance { giveUpPriority() }
    }
    run(stream, now: monotonicSeconds())
    return 0
  }

  /// Without a clock to keep, priority would only take the processor from readers and writers.
  private func takePriority() {
    guard hasPriority == nil else { return }
    hasPriority = isRealtime && sd_make_thread_realtime(50)
  }

  /// Gives up priority if the callbacks take too long to keep up; otherwise this thread would take
  /// the processor from all others permanently.
  private func giveUpPriority() {
    guard hasPriority == true else { return }
    hasPriority = false
    sd_make_thread_normal()
  }

  /// An output that may run ahead while an input waits to be read, as far as the timeline stores
  /// output. A program may play everything first and read afterwards.
  private func ahead(of stream: VirtualStream) -> VirtualStream? {
    guard stream.takesInput else {
      // It may wait for the input of another clock, block by block.
      return next { $0.takesInput && !$0.loops && $0.isReady && $0.isDrained }?.stream
    }
    let end = stream.position - latency + LoopTimeline.capacity
    return next { !$0.takesInput && $0.isReady && $0.position + $0.nextBlock <= end }?.stream
  }

  /// The next of the eligible streams to call, and the clock's frame at which; nil means at once.
  private func next(
    where isEligible: (VirtualStream) -> Bool = { _ in true }
  ) -> (stream: VirtualStream, due: Int?)? {
    state.withLock { state in
      // `min(by:)` would look up its generic type each time, behind a lock that all threads share.
      var first: VirtualStream?
      for stream in state.streams where !stream.isStalledForEver && isEligible(stream) {
        if let other = first,
          (other.enginePosition, other.order) < (stream.enginePosition, stream.order)
        {
          continue
        }
        first = stream
      }
      return first.map { ($0, $0.nextDue) }
    }
  }

  private func run(_ stream: VirtualStream, now: Double) {
    let isStill = state.withLock { state in
      guard state.streams.contains(where: { $0 === stream }) else { return false }
      state.current = ObjectIdentifier(stream)
      return true
    }
    guard isStill else { return }
    let goesOn = stream.runBlock(
      timeline: stream.loops ? timeline : nil, latency: latency, now: now)
    state.withLock { state in
      state.current = nil
      state.clock = max(state.clock, stream.enginePosition)
      if !goesOn { state.streams.removeAll { $0 === stream } }
    }
    callbackEnded.post()
  }
}

/// Output by frame, until it has come back: a circular buffer that sums simultaneous streams.
@safe final class LoopTimeline {
  static let capacity = 1 << 18
  private let channelCount: Int
  private let samples: UnsafeMutableBufferPointer<Float>
  /// The end of the valid frames; those beyond are from the previous round.
  private var end = 0

  init(channelCount: Int) {
    self.channelCount = channelCount
    unsafe samples = .allocate(capacity: Self.capacity * channelCount)
    unsafe samples.initialize(repeating: 0)
  }

  deinit { unsafe samples.deallocate() }

  private func clear(upTo frame: Int) {
    guard frame > end else { return }
    for index in max(end, frame - Self.capacity)..<frame {
      let base = index % Self.capacity * channelCount
      for channel in 0..<channelCount { unsafe samples[base + channel] = 0 }
    }
    end = frame
  }

  /// Adds interleaved frames from `frame` on.
  func add(_ source: UnsafePointer<Float>, channelCount count: Int, frameCount: Int, at frame: Int)
  {
    clear(upTo: frame + frameCount)
    for index in 0..<frameCount {
      let base = (frame + index) % Self.capacity * channelCount
      for channel in 0..<min(count, channelCount) {
        unsafe samples[base + channel] += source[index * count + channel]
      }
    }
  }

  /// Copies interleaved frames from `frame` on; silence where there was no output.
  func copy(
    into target: UnsafeMutablePointer<Float>, channelCount count: Int, frameCount: Int,
    from frame: Int
  ) {
    for index in 0..<frameCount {
      let position = frame + index
      let isKnown = position >= 0 && position < end && position >= end - Self.capacity
      let base = isKnown ? position % Self.capacity * channelCount : 0
      for channel in 0..<count {
        unsafe target[index * count + channel] =
          isKnown && channel < channelCount ? samples[base + channel] : 0
      }
    }
  }
}
