internal import Platform
internal import SoundDevice
internal import SoundTool

/// What happens to a device that may come back.
enum DeviceChange {
  /// It is lost: why, and the capture time of the first frame that is missing.
  case lost(ToolError, time: Double)
  /// It is back: the capture time of its first frame, how long it was away, in seconds, and how many
  /// frames passed.
  case back(time: Double, seconds: Double, frameCount: Int)
}

/// The input of a device that may be lost and come back: the frames of one stream after another, and
/// a gap for the time between them.
final class ReopeningInput: SegmentSource {
  /// The time without a device.
  private struct Absence {
    /// The capture time of the first missing frame.
    var time: Double
    /// When it began, by the monotonic clock; and when to try again.
    let start: Double
    var nextTry: Double
    var hasTried = false
  }

  private let device: ReopeningDevice
  private let run: StreamRun
  private let block = Scratch()
  /// The capture time of the frame after the last one.
  private var end: Double?
  private var absence: Absence?
  /// Frames in `block` that come after a gap, or in another format.
  private var held: Segment?
  private var hasEnded = false

  /// Seconds after which another process goes on looking: libjack may not find a server that came up
  /// while it looked.
  private static let turn = 5.0
  /// Seconds between two attempts.
  private static let pause = 0.5

  init(_ device: ReopeningDevice, _ run: StreamRun) {
    self.device = device
    self.run = run
  }

  func next() -> Segment? {
    while !hasEnded {
      if held != nil, device.isReformatted { return nil }
      if let held = held.take() { return held }
      if run.shouldEnd() { run.halt(.abort) }
      if let absence, let segment = wait(absence) { return segment }
      guard !hasEnded, device.isConnected || absence == nil else { continue }
      switch device.read(into: block) {
      case .waiting: break
      case .frames(let head): return take(head)
      case .gap(let gap):
        if gap.age == 0 { end = end.map { $0 + Double(gap.frameCount) / device.sampleRate } }
        return .gap(gap)
      case .ended(let error): miss(error)
      }
    }
    return nil
  }

  private func take(_ head: DeviceRecord.FramesHead) -> Segment? {
    let format = device.arrivingFormat
    let time = head.captured ?? Self.wallTime - Double(head.count) / format.rate
    let frames = Segment.frames(
      Frames(
        block: block, range: 0..<head.count, bytesPerFrame: format.bytesPerFrame,
        rate: format.rate, captured: head.captured))
    end = time + Double(head.count) / format.rate
    guard let absence = absence.take() else { return frames }
    // Later, in the new format if it is another.
    held = frames
    let gap = gap(from: absence.time, to: time)
    run.note(
      .back(time: time, seconds: max(0, time - absence.time), frameCount: gap.frameCount))
    return .gap(gap)
  }

  /// The frames that passed, at the rate of the device before.
  private func gap(from start: Double, to end: Double) -> LineGap {
    let count = Int((max(0, end - start) * device.sampleRate).rounded())
    device.lose(count)
    var gap = LineGap(cause: .reopening, frameCount: count)
    gap.isEstimated = true
    return gap
  }

  /// The device's process is over.
  private func miss(_ error: ToolError) {
    if run.isHalted {
      hasEnded = true
    } else if absence != nil {
      Messages.detail("", "\(error.message); trying again")
      absence?.nextTry = monotonicSeconds() + Self.pause
    } else if error.kind == .stopped, isStoppedToo() {
      run.halt(.abort)
      hasEnded = true
    } else {
      let now = monotonicSeconds()
      let time = end ?? Self.wallTime
      absence = Absence(time: time, start: now, nextTry: now)
      run.note(
        .lost(error.kind == .stopped ? .failure(device.id, "device lost") : error, time: time))
    }
  }

  /// Whether a signal that ended the device's process is meant for this one too, as when a service is
  /// stopped.
  private func isStoppedToo() -> Bool {
    for _ in 0..<50 where !run.shouldEnd() { SoundSystem.pause(seconds: 0.01) }
    return run.shouldEnd()
  }

  /// Looks for the device; returns what there is to take meanwhile.
  private func wait(_ absence: Absence) -> Segment? {
    let wall = Self.wallTime
    if run.isHalted {
      hasEnded = true
      return .gap(gap(from: absence.time, to: wall))
    }
    if let left = run.progress().remaining, wall - absence.time >= left {
      self.absence?.time = wall
      return .gap(gap(from: absence.time, to: wall))
    }
    guard !device.isConnected else { return nil }
    let now = monotonicSeconds()
    let left = absence.start + device.waitSeconds - now
    if left <= 0, absence.hasTried {
      hasEnded = true
      let hint =
        device.waitSeconds == 0 ? "--wait says how long to look for it" : "not back in time"
      return .lost(.failure(device.id, "device lost, \(hint)"))
    }
    if now >= absence.nextTry {
      self.absence?.hasTried = true
      self.absence?.nextTry = now + Self.pause
      device.reconnect(waitSeconds: min(max(0, left), Self.turn))
    } else {
      SoundSystem.pause(seconds: 0.02)
    }
    return nil
  }

  private static var wallTime: Double { Double(wallNanoseconds()) / 1e9 }
}
