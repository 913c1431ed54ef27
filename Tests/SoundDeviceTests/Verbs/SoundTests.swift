import PCM
import Platform
import TestSupport
import Testing

@testable import SoundDevice

/// What begins next is the latest, whoever begins it: these hold only where nobody else begins, so
/// all but the plainest is in the scenarios of `sd-test-client`.
struct SoundTests {
  @Test func sleepsAtLeastSoLong() {
    let before = monotonicSeconds()
    Sound.sleep(for: .milliseconds(30))
    #expect(monotonicSeconds() - before >= 0.03)
    Sound.sleep(for: .milliseconds(-5))
  }
}
