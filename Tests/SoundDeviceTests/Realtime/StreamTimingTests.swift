import Platform
import Testing

@testable import SoundDevice

struct StreamTimingTests {
  private final class Box: Sendable {
    let timing = StreamTiming()
  }

  @Test func thereIsNoneBeforeTheFirstBlock() {
    let box = Box()
    #expect(box.timing.latest == nil)
    box.timing.note(480, capturedAt: 1_500_000_000)
    #expect(box.timing.latest == InputTiming(position: 480, captureTime: 1.5))
  }

  /// Position and time always belong together.
  @Test func aReaderNeverSeesHalfABlock() {
    let box = Box()
    let isDone = AtomicFlag()
    startThread(named: "sd-test-audio") {
      for block in 1...200_000 { box.timing.note(block, capturedAt: block * 1_000_000_000) }
      isDone.set()
    }
    var torn = 0
    while !isDone.isSet {
      guard let timing = box.timing.latest else { continue }
      if Double(timing.position) != timing.captureTime { torn += 1 }
    }
    #expect(torn == 0)
  }
}
