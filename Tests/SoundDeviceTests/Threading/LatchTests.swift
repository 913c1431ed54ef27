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
