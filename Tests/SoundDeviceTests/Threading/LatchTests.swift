import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct LatchTests {
  @Test func aLatchLetsEverybodyPass() async throws {
    let latch = Latch()
    #expect(!latch.wait(seconds: 0))
    let passed = Shared(0)
    for _ in 0..<5 {
      startThread(named: "sd-test-waiter") {
        if latch.wait(seconds: nil) { passed.update { $0 += 1 } }
      }
    }
    latch.open()
    try await eventually("all to pass") { passed.value == 5 }
    #expect(latch.isOpen && latch.wait(seconds: 0))
  }
}

extension LatchTests {
  @Test func tasksPassToo() async throws {
    let latch = Latch()
    let waiting = (0..<50).map { _ in Task { try await latch.pass(within: nil) } }
    #expect(try await !latch.pass(within: 0.01))
    latch.open()
    for task in waiting { #expect(try await task.value) }
    #expect(try await latch.pass(within: nil) && latch.isOpen)
  }

  @Test func aCancelledTaskWaitsNoLonger() async throws {
    let latch = Latch()
    for limit in [nil, 1000] as [Double?] {
      let task = Task { try await latch.pass(within: limit) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    latch.open()
    #expect(try await latch.pass(within: nil))
  }
}
