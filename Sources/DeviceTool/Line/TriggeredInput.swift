internal import PCM
internal import SoundDevice
internal import SoundTool

/// A trigger by level: a stage that passes only the frames of events, each between two marks.
///
/// All frames go through a memory, as the decision about a frame may come later than the frame.
final class TriggeredInput: SegmentSource {
  private let source: any SegmentSource
  private let format: StreamFormat
  private let scanner: LevelScanner
  private let measure: (RawSpan) -> Void
  private let preRoll: PreRoll
  private var trigger: LevelTrigger
  private var decisions: [LevelTrigger.Decision] = []
  /// Decisions already carried out.
  private var done = 0
  /// Frames of the source that did not fit into the memory yet.
  private var waiting: Frames?
  private var last: Segment?
  private var hasEnded = false

  /// - Parameters:
  ///   - level: The magnitude that begins an event.
  ///   - before: Frames kept ahead of it.
  ///   - hold: Frames kept after the last sample of that magnitude.
  ///   - measure: Called with all frames as they arrive.
  init(
    _ source: any SegmentSource, _ format: StreamFormat, level: Double, before: Int, hold: Int,
    measure: @escaping (RawSpan) -> Void = { _ in }
  ) {
    self.source = source
    self.format = format
    self.measure = measure
    scanner = LevelScanner(
      level: level, encoding: format.encoding, channelCount: format.channelCount)
    trigger = LevelTrigger(before: before, hold: hold)
    preRoll = PreRoll(format, frameCount: before + Self.blockFrameCount)
    decisions.reserveCapacity(1024)
  }

  /// Frames scanned at a time.
  private static let blockFrameCount = 16384

  func next() -> Segment? {
    while true {
      if done < decisions.count { if let segment = carryOut() { return segment } else { continue } }
      decisions.removeAll(keepingCapacity: true)
      done = 0
      if let frames = waiting.take() {
        take(frames)
      } else if hasEnded {
        return last.take()
      } else {
        takeNext()
      }
    }
  }

  private func takeNext() {
    switch source.next() {
    case .frames(let frames): take(frames)
    case .gap(let gap):
      preRoll.append(gap)
      trigger.take(quiet: gap.frameCount) { note($0) }
    case .mark: break
    case let end:
      last = end
      hasEnded = true
      trigger.finish { note($0) }
    }
  }

  private func take(_ frames: Frames) {
    let block = frames.prefix(min(Self.blockFrameCount, preRoll.room))
    if block.count < frames.count { waiting = frames.dropFirst(block.count) }
    preRoll.append(block)
    block.withBytes { bytes in
      measure(bytes)
      scanner.forEachRun(in: bytes) { isLoud, count in
        if isLoud {
          trigger.take(loud: count) { note($0) }
        } else {
          trigger.take(quiet: count) { note($0) }
        }
      }
    }
  }

  private func note(_ decision: LevelTrigger.Decision) {
    switch (decisions.last, decision) {
    case (.keep(let count), .keep(let more)): decisions[decisions.count - 1] = .keep(count + more)
    case (.discard(let count), .discard(let more)):
      decisions[decisions.count - 1] = .discard(count + more)
    default: decisions.append(decision)
    }
  }

  /// Carries out the next decision, at least in part; nil if that gives nothing.
  private func carryOut() -> Segment? {
    switch decisions[done] {
    case .begin:
      done += 1
      return .mark(Mark(isBegin: true, captured: preRoll.captured))
    case .end:
      done += 1
      return .mark(Mark(isBegin: false, captured: preRoll.captured))
    case .keep(let count):
      let (part, duration) = preRoll.take(count, splitsGaps: true)
      advance(count > duration ? .keep(count - duration) : nil)
      switch part {
      case .frames(let frames): return .frames(frames)
      case .gap(let gap): return .gap(gap)
      case .time: return nil
      }
    case .discard(let count):
      let (part, duration) = preRoll.take(count, splitsGaps: false)
      advance(count > duration ? .discard(count - duration) : nil)
      switch part {
      case .frames(let frames):
        return .gap(LineGap(cause: .unwanted, frameCount: frames.count))
      case .gap(var gap):
        gap.isBetweenEvents = true
        return .gap(gap)
      case .time: return nil
      }
    }
  }

  private func advance(_ rest: LevelTrigger.Decision?) {
    if let rest { decisions[done] = rest } else { done += 1 }
  }
}
