import Platform
import Testing

@testable import SoundDevice

struct TimeoutTests {
  /// A process that was stopped for long has waited one slice.
  @Test func countsSlicesNotTheClock() {
    var remaining = Timeout(seconds: 0.15)
    let first = remaining.next()
    #expect(first == 0.1)
    usleep(300_000)
    let second = remaining.next()
    #expect(abs((second ?? 0) - 0.05) < 1e-9)
    usleep(300_000)
    let third = remaining.next()
    #expect(third == nil)
  }

  @Test func givesTheRestWhenASliceEndsEarly() {
    var remaining = Timeout(seconds: 1)
    var slices = 0
    // Woken at once each time, it goes on giving slices.
    while slices < 50, remaining.next() != nil { slices += 1 }
    #expect(slices == 50)
    var endless = Timeout(seconds: nil)
    let slice = endless.next()
    #expect(slice == 0.1)
    var none = Timeout(seconds: 0)
    let nothing = none.next()
    #expect(nothing == nil)
  }
}
