import TestSupport
import Testing

@testable import DeviceTool

/// A trigger is a function of which frames are loud.
@Suite struct LevelTriggerTests {
  /// Where each frame of a sound ends up.
  private struct Outcome: Equatable {
    var events: [Range<Int>] = []
    var discarded = 0
    var undecided = 0
  }

  /// Feeds runs of loud and quiet frames, none longer than `chunk`.
  private func outcome(_ loud: [Bool], before: Int, hold: Int, chunk: Int) -> Outcome {
    var trigger = LevelTrigger(before: before, hold: hold)
    var outcome = Outcome()
    var position = 0
    var isOpen = false
    func decide(_ decision: LevelTrigger.Decision) {
      switch decision {
      case .begin:
        #expect(!isOpen)
        isOpen = true
        outcome.events.append(position..<position)
      case .keep(let count):
        #expect(isOpen && count > 0)
        position += count
        let last = outcome.events.count - 1
        outcome.events[last] = outcome.events[last].lowerBound..<position
      case .end:
        #expect(isOpen)
        isOpen = false
      case .discard(let count):
        #expect(!isOpen && count > 0)
        position += count
        outcome.discarded += count
      }
    }
    var start = 0
    while start < loud.count {
      var end = start + 1
      while end < loud.count, loud[end] == loud[start], end - start < chunk { end += 1 }
      if loud[start] {
        trigger.take(loud: end - start, decide)
      } else {
        trigger.take(quiet: end - start, decide)
      }
      #expect(trigger.undecided <= before)
      start = end
    }
    trigger.finish(decide)
    #expect(!isOpen && position == loud.count)
    outcome.undecided = trigger.undecided
    return outcome
  }

  /// The same by definition: each frame near a loud one.
  private func model(_ loud: [Bool], before: Int, hold: Int) -> Outcome {
    var isWanted = [Bool](repeating: false, count: loud.count)
    for frame in loud.indices where loud[frame] {
      for near in max(0, frame - before)...min(loud.count - 1, frame + hold) {
        isWanted[near] = true
      }
    }
    var outcome = Outcome()
    for frame in loud.indices {
      if !isWanted[frame] {
        outcome.discarded += 1
      } else if let last = outcome.events.last, last.upperBound == frame {
        outcome.events[outcome.events.count - 1] = last.lowerBound..<frame + 1
      } else {
        outcome.events.append(frame..<frame + 1)
      }
    }
    return outcome
  }

  @Test func anEventBeginsExactlyBeforeItsFirstLoudFrame() {
    var loud = [Bool](repeating: false, count: 200_000)
    for frame in 96_000..<96_480 { loud[frame] = true }
    let outcome = outcome(loud, before: 48_000, hold: 96_000 - 480, chunk: 256)
    #expect(outcome.events == [48_000..<192_000])
    #expect(outcome.discarded == 200_000 - 144_000)
  }

  @Test func theBeginningOfTheSoundIsTheEarliestFrame() {
    let loud = [false, false, true, false, false]
    #expect(outcome(loud, before: 9, hold: 1, chunk: 1).events == [0..<4])
    #expect(outcome(loud, before: 0, hold: 0, chunk: 1).events == [2..<3])
    #expect(outcome(loud, before: 0, hold: 9, chunk: 9).events == [2..<5])
  }

  @Test func eventsThatTouchAreOne() {
    let loud = [true, false, false, false, true, false, false, false, false, true]
    #expect(outcome(loud, before: 2, hold: 1, chunk: 1).events == [0..<6, 7..<10])
    #expect(outcome(loud, before: 2, hold: 2, chunk: 3).events == [0..<10])
  }

  @Test func silenceIsNoEvent() {
    let quiet = [Bool](repeating: false, count: 100)
    #expect(outcome(quiet, before: 10, hold: 10, chunk: 7) == Outcome(discarded: 100))
  }

  /// 12,000 bursts.
  @Test func randomBurstsAreCutByDefinition() {
    var random = SeededGenerator(seed: 19)
    for round in 0..<600 {
      var loud: [Bool] = []
      for _ in 0..<20 {
        loud += [Bool](repeating: false, count: .random(in: 0...60, using: &random))
        loud += [Bool](repeating: true, count: .random(in: 1...9, using: &random))
      }
      loud += [Bool](repeating: false, count: .random(in: 0...60, using: &random))
      let before = Int.random(in: 0...30, using: &random)
      let hold = Int.random(in: 0...30, using: &random)
      let chunk = Int.random(in: 1...40, using: &random)
      #expect(
        outcome(loud, before: before, hold: hold, chunk: chunk)
          == model(loud, before: before, hold: hold), "round \(round)")
    }
  }
}
