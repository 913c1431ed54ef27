import SoundTool
import TestSupport
import Testing

@testable import DeviceTool

@Suite struct TriggeredInputTests {
  /// What a stage gave, in order.
  private enum Part: Equatable {
    case frames([Float], captured: Double?)
    case gap(LineGap)
    case begin(Double?)
    case end(Double?)
    case lost
  }

  private func parts(
    _ segments: [Segment], before: Int, hold: Int
  ) -> [Part] {
    let input = TriggeredInput(
      ScriptedSource(segments), monoFloats, level: 0.5, before: before, hold: hold)
    var parts: [Part] = []
    while let segment = input.next() {
      switch segment {
      case .frames(let frames):
        if case .frames(let some, let captured) = parts.last {
          parts[parts.count - 1] = .frames(some + values(frames), captured: captured)
        } else {
          parts.append(.frames(values(frames), captured: frames.captured))
        }
      case .gap(let gap):
        if gap.cause == .unwanted, case .gap(var last) = parts.last, last.cause == .unwanted {
          last.frameCount += gap.frameCount
          parts[parts.count - 1] = .gap(last)
        } else {
          parts.append(.gap(gap))
        }
      case .mark(let mark):
        parts.append(mark.isBegin ? .begin(mark.captured) : .end(mark.captured))
      case .lost: parts.append(.lost)
      }
    }
    #expect(input.next() == nil)
    return parts
  }

  private func discarded(_ count: Int) -> Part {
    .gap(LineGap(cause: .unwanted, frameCount: count))
  }

  @Test func anEventKeepsWhatCameBefore() {
    let found = parts(
      [frames([0.1, 0.2, 0.3]), frames([0.4, 1, 0.1]), frames([0.2, 0.3, 0.4, 0.1])],
      before: 3, hold: 2)
    #expect(
      found == [
        discarded(1), .begin(nil), .frames([0.2, 0.3, 0.4, 1, 0.1, 0.2], captured: nil), .end(nil),
        discarded(3),
      ])
  }

  @Test func capturedTimesAreThoseOfTheFrames() {
    let time = 1_000_000.0
    let found = parts(
      [
        frames([0, 0.1, 0.2, 0.3], captured: time),
        .gap(LineGap(cause: .host, frameCount: 4800)),
        frames([0.4, 1], captured: time + 4804.0 / 48_000),
      ], before: 48_000, hold: 0)
    #expect(found.count == 5, "\(found)")
    guard case .begin(let begin?) = found[0], case .frames(_, let first?) = found[1],
      case .frames(_, let second?) = found[3], case .end(let end?) = found[4]
    else {
      Issue.record("\(found)")
      return
    }
    #expect(abs(begin - time) < 1e-6 && abs(first - time) < 1e-6)
    #expect(abs(second - (time + 4804.0 / 48_000)) < 1e-6)
    #expect(abs(end - (time + 4806.0 / 48_000)) < 1e-6)
    #expect(found[2] == .gap(LineGap(cause: .host, frameCount: 4800)))
  }

  private func lost(_ count: Int, isBetweenEvents: Bool) -> Part {
    var gap = LineGap(cause: .host, frameCount: count)
    gap.isBetweenEvents = isBetweenEvents
    return .gap(gap)
  }

  @Test func aGapKeepsItsPlaceInAnEventAndBetweenEvents() {
    let gap = Segment.gap(LineGap(cause: .host, frameCount: 3))
    // In reach of the loud frame.
    #expect(
      parts([frames([0.1]), gap, frames([1])], before: 5, hold: 0)
        == [
          .begin(nil), .frames([0.1], captured: nil), lost(3, isBetweenEvents: false),
          .frames([1], captured: nil), .end(nil),
        ])
    // Its beginning is out of reach: it is reported once, and whole.
    #expect(
      parts([frames([0.1]), gap, frames([0.2, 1])], before: 2, hold: 0)
        == [
          discarded(1), lost(3, isBetweenEvents: true), .begin(nil),
          .frames([0.2, 1], captured: nil), .end(nil),
        ])
    // After a loud frame, only the time held belongs to the event.
    #expect(
      parts([frames([1]), gap, frames([0.1, 0.2])], before: 0, hold: 2)
        == [
          .begin(nil), .frames([1], captured: nil), lost(2, isBetweenEvents: false), .end(nil),
          lost(1, isBetweenEvents: true), discarded(2),
        ])
  }

  @Test func aLostDeviceComesAfterAllDecisions() {
    #expect(
      parts([frames([1, 0.1]), .lost(.failure("x", "lost"))], before: 9, hold: 0)
        == [.begin(nil), .frames([1], captured: nil), .end(nil), discarded(1), .lost])
  }

  /// Blocks of all sizes, and events longer and shorter than the memory.
  @Test func everyFrameIsInAnEventOrDiscarded() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20 {
      var sound: [Float] = []
      for _ in 0..<30 {
        sound += [Float](repeating: 0, count: .random(in: 0...3000, using: &random))
        sound += [Float](repeating: 1, count: .random(in: 1...50, using: &random))
      }
      // Distinct values, to see that none is repeated or moved.
      for index in sound.indices { sound[index] += Float(index % 4096) / 16_384 }
      var segments: [Segment] = []
      var start = 0
      while start < sound.count {
        let count = min(sound.count - start, .random(in: 1...20_000, using: &random))
        segments.append(frames(Array(sound[start..<start + count])))
        start += count
      }
      let (before, hold) = (700, 300)
      var expected: [Float] = []
      var near = [Bool](repeating: false, count: sound.count)
      for index in sound.indices where sound[index] >= 0.5 {
        for other in max(0, index - before)...min(sound.count - 1, index + hold) {
          near[other] = true
        }
      }
      for index in sound.indices where near[index] { expected.append(sound[index]) }
      var (taken, discarded, begins, ends) = ([Float](), 0, 0, 0)
      for part in parts(segments, before: before, hold: hold) {
        switch part {
        case .frames(let values, _): taken += values
        case .gap(let gap): discarded += gap.frameCount
        case .begin: begins += 1
        case .end: ends += 1
        case .lost: Issue.record("nothing is lost")
        }
      }
      #expect(taken == expected)
      #expect(taken.count + discarded == sound.count && begins == ends && begins > 0)
    }
  }
}
