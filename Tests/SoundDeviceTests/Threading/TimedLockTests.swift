import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct TimedLockTests {
  @Test func onlyOneAtATime() {
    let turn = TimedLock()
    #expect(turn.take(timeout: 0))
    #expect(!turn.take(timeout: 0))
    turn.leave()
    #expect(turn.take(timeout: 0))
  }

  /// Who waits for the lock has that much less time for what follows.
  @Test func waitingUsesTheCallersTime() {
    let turn = TimedLock()
    var remaining = Timeout(seconds: 0.01)
    #expect(turn.take(&remaining, until: { false }))
    #expect(!turn.take(&remaining, until: { true }))
    #expect(!turn.take(&remaining, until: { false }))
    #expect(remaining.next() == nil)
  }

  @Test func everybodyHasATurn() async throws {
    let turn = TimedLock()
    let count = Shared(0)
    let ended = Shared(0)
    for _ in 0..<4 {
      startThread(named: "sd-test-turn") {
        for _ in 0..<500 where turn.take(timeout: nil) {
          // Not one change: two threads at once would lose counts.
          let old = count.value
          count.update { $0 = old + 1 }
          turn.leave()
        }
        ended.update { $0 += 1 }
      }
    }
    try await eventually("all turns") { ended.value == 4 }
    #expect(count.value == 2000)
  }
}
