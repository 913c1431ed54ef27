import PCM

@testable import SoundDevice

/// A host whose virtual devices can be exchanged, so that one host thread serves thousands of
/// seeds.
final class ExchangeableHost: Host, @unchecked Sendable {
  // Safe to share: touched on the host's thread alone.
  var virtual = VirtualHost(configuration: VirtualConfiguration())

  func listing() throws(PortAudioError) -> HostListing { try virtual.listing() }
  func restart() throws(PortAudioError) {}
  func shutDown() {}
  func check(_ configuration: HostConfiguration) throws(PortAudioError) {
    try virtual.check(configuration)
  }
  func format(for format: SampleFormat, device index: Int) -> SampleFormat { .float32 }
  func open(_ configuration: HostConfiguration, trampoline: Trampoline) throws(PortAudioError)
    -> any HostStream
  {
    try virtual.open(configuration, trampoline: trampoline)
  }
}

/// A stream on a virtual loopback whose clock the test moves, and both ends of what goes through.
///
/// Every frame carries its number: the device's second channel plays the number of each frame of
/// its timeline, which is recorded; what is written counts from 1 and is heard on the first.
final class LedgerBench: @unchecked Sendable {
  // Safe to share: `advance` and what follows it belong to one thread, `read` to one, `write` to
  // one; the tests see to that.
  let plan: LedgerPlan
  let session: StreamSession
  let stream: VirtualStream
  private let engine: VirtualEngine
  private let configuration: VirtualConfiguration
  private let offset: Int

  /// What was heard, by frame of the timeline from `origin` on.
  private(set) var heard: [Float] = []
  private(set) var origin = 0
  private var fed = 0
  /// Frames of the timeline that went by while the stream was stopped, and the number of recorded
  /// and of played frames before each.
  private(set) var skips: [(recorded: Int, played: Int, frameCount: Int)] = []
  private(set) var recorded: [(index: Int, value: Float)] = []
  private(set) var gaps: [Gap] = []
  private var written = 0
  private var reader: InputReader

  init(_ plan: LedgerPlan, _ thread: HostThread) throws {
    self.plan = plan
    var configuration = try VirtualConfiguration(parsing: plan.configuration)
    configuration.pace = .manual
    self.configuration = configuration
    let (listing, host) = try thread.call("exchanging", limit: 60) {
      [configuration] host
        throws(PortAudioError) in
      let virtual = VirtualHost(configuration: configuration)
      (host as? ExchangeableHost)?.virtual = virtual
      return (try virtual.listing(), virtual)
    }
    let device = DeviceList([(thread, listing)])[1]
    let numbers = StreamRequest.Direction(
      parameters: StreamParameters(device: device, channelMap: try ChannelMap(parsing: "2")),
      format: .float32)
    let sound = StreamRequest.Direction(
      parameters: StreamParameters(device: device, channelCount: 1), format: .float32)
    // A busy machine that delays a test must not look like a lost device.
    var options = StreamOptions(
      clips: false, stallTime: .seconds(3600), bufferFrameCount: plan.ringFrameCount)
    options.prebuffersOutput = plan.start == .prebuffered
    options.alignsInput = plan.mode == .aligned
    session = try StreamSession(
      blocking: StreamRequest(
        input: plan.hasInput ? numbers : nil, output: plan.hasOutput ? sound : nil,
        options: options, operation: "opening", leastBufferFrameCount: 1))
    reader = InputReader(session)
    guard let stream = session.stream.hostStream as? VirtualStream, let engine = host.loopback
    else { throw LedgerComplaint("no virtual stream") }
    self.stream = stream
    self.engine = engine
    offset = max(configuration.latency, configuration.blockSize)
  }

  // MARK: The clock

  func start() throws {
    try session.start()
    origin = stream.position
  }

  func advance(by frameCount: Int) {
    feed(upTo: stream.position + frameCount + 4000)
    engine.advance(by: frameCount)
    listen()
  }

  private func feed(upTo frame: Int) {
    let start = fed
    guard frame > start else { return }
    fed = frame
    var values = [Float](repeating: 0, count: 2 * (frame - start))
    for index in 0..<frame - start { values[2 * index + 1] = Float(start + index + 1) }
    unsafe values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      unsafe engine.timeline?.add(base, channelCount: 2, frameCount: frame - start, at: start)
    }
  }

  private func listen() {
    let start = origin + heard.count
    let count = stream.position - start
    guard count > 0 else { return }
    var values = [Float](repeating: .nan, count: count)
    unsafe values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      unsafe engine.timeline?.copy(into: base, channelCount: 1, frameCount: count, from: start)
    }
    heard += values
  }

  /// Stops the stream, lets the clock go on, and starts it again, with what it holds kept.
  func pause(for frameCount: Int) throws {
    try session.pause()
    let before = stream.position
    advance(by: frameCount)
    try session.resume()
    skips.append(
      (
        session.rings?.inputRing?.written ?? 0, session.rings?.outputRing?.read ?? 0,
        stream.position - before
      ))
    listen()
  }

  // MARK: The neighbours

  var readable: Int { session.rings?.inputRing?.readableCount ?? 0 }
  var writable: Int { session.rings?.outputRing?.writableCount ?? 0 }

  /// Reads `count` frames, waiting for the first, and takes the gaps known by then.
  @discardableResult
  func read(_ count: Int) throws -> Int {
    var block = [Float](repeating: .nan, count: max(1, count))
    let got = try unsafe block.withUnsafeMutableBytes { bytes in
      unsafe try session.read(into: bytes, minimum: 1, timeout: nil)
    }
    let end = session.rings?.inputRing?.read ?? 0
    for index in 0..<got { recorded.append((end - got + index, block[index])) }
    takeGaps()
    return got
  }

  /// Takes one segment of at most that many frames; nil where there is none just now or, after the
  /// end, none at all.
  func readSegment(_ count: Int) throws -> InputSegment? {
    var block = [Float](repeating: .nan, count: max(1, count))
    var span = block.mutableSpan
    var bytes = unsafe span.mutableBytes
    let segment = try reader.next(into: &bytes) { true }
    let end = session.rings?.inputRing?.read ?? 0
    switch segment {
    case .frames(let got):
      for index in 0..<got { recorded.append((end - got + index, block[index])) }
    case .gap(let gap):
      if gap.direction == .input, gap.position != end {
        throw LedgerComplaint("a gap at \(gap.position) was given at \(end)")
      }
      gaps.append(gap)
    case .interrupted, .end: return nil
    }
    return segment
  }

  /// Writes frames, waiting for room.
  func write(_ count: Int) throws {
    let block = (written..<written + count).map { Float($0 + 1) }
    written += try unsafe block.withUnsafeBytes { bytes in
      unsafe try session.write(bytes, timeout: nil)
    }
  }

  func takeGaps() { gaps += session.takeGaps() }

  // MARK: The truth

  /// Frames the host has handed over or asked for.
  var handedOver: Int { stream.elapsed - lostInAll }

  /// Frames that the host has reported lost.
  var lost: Int { lostInAll - stream.untoldLoss }

  private var lostInAll: Int {
    configuration.faults.dropLast(stream.faults.count)
      .filter { $0.kind == .xrun }.map(\.frameCount).reduce(0, +)
  }

  /// What a recorded frame must hold that was captured at a frame of the timeline.
  func number(at frame: Int) -> Float { frame - offset >= 0 ? Float(frame - offset + 1) : 0 }
}

/// What does not hold.
struct LedgerComplaint: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
