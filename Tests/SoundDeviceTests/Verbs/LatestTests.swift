import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

/// What begins next is the latest, whoever begins it: these hold only where nobody else begins, so
/// all but the plainest is in the scenarios of `sd-test-client`.
struct LatestTests {
  @Test func sleepsAtLeastSoLong() {
    let before = monotonicSeconds()
    sleep(milliseconds: 30)
    #expect(monotonicSeconds() - before >= 0.03)
    sleep(milliseconds: -5)
  }
}
