import TestSupport
import Testing

@testable import SoundDevice

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct SemaphoreTests {
  @Test func countsPosts() {
    let semaphore = Semaphore()
    #expect(!semaphore.wait(seconds: 0))
    semaphore.post()
    semaphore.post()
    #expect(semaphore.wait(seconds: 0))
    #expect(semaphore.wait(seconds: 0))
    #expect(!semaphore.wait(seconds: 0))
  }

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

  /// A process that was stopped for long has waited one slice.
  @Test func patienceCountsSlicesNotTheClock() {
    var patience = Patience(seconds: 0.15)
    let first = patience.next()
    #expect(first == 0.1)
    usleep(300_000)
    let second = patience.next()
    #expect(abs((second ?? 0) - 0.05) < 1e-9)
    usleep(300_000)
    let third = patience.next()
    #expect(third == nil)
  }

  @Test func patienceThatIsUsedUpEarlierGivesTheRest() {
    var patience = Patience(seconds: 1)
    var slices = 0
    // Woken at once each time, it goes on giving slices.
    while slices < 50, patience.next() != nil { slices += 1 }
    #expect(slices == 50)
    var endless = Patience(seconds: nil)
    let slice = endless.next()
    #expect(slice == 0.1)
    var none = Patience(seconds: 0)
    let nothing = none.next()
    #expect(nothing == nil)
  }
}
