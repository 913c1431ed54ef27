import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct HostThreadTests {
  private let thread = HostThread(.virtual, name: "sd-test-host", host: FakeHost())

  @Test func jobsRunOnOneThreadInOrder() throws {
    let order = Shared<[Int]>([])
    for number in 0..<50 { thread.post(limit: 5) { _ in order.update { $0.append(number) } } }
    let seen = try thread.call("asking", limit: 5) { _ throws(PortAudioError) in order.value }
    #expect(seen == Array(0..<50))
  }

  @Test func aFailureIsTheCallersOwn() {
    let error = #expect(throws: PortAudioError.self) {
      try thread.call("opening", limit: 5) { _ throws(PortAudioError) in
        throw PortAudioError(.invalidDevice, "opening")
      }
    }
    #expect(error?.code == .invalidDevice && !thread.isLost)
  }

  @Test func aMissedDeadlineLosesTheHostForEver() async throws {
    let release = Latch()
    let ran = AtomicFlag()
    let thread = thread
    let error = try await withBlockingTimeout(.seconds(20)) {
      code {
        try thread.call("stopping", limit: 0.05) { _ throws(PortAudioError) in
          _ = release.wait(seconds: nil)
        }
      }
    }
    #expect(error == .hostLost && thread.isLost)
    // Later calls throw without waiting for the thread, which still hangs, and never run.
    #expect(
      code { try thread.call("later", limit: 1e9) { _ throws(PortAudioError) in ran.set() } }
        == .hostLost)
    thread.post(limit: 1) { _ in ran.set() }
    release.open()
    #expect(!ran.isSet)
  }

  /// Nobody waits for a posted job; whoever comes next must not wait for ever behind it.
  @Test func aPostedJobThatHangsLosesTheHostForTheNextCaller() async throws {
    let release = Latch()
    let thread = thread
    thread.post(limit: 0.05) { _ in _ = release.wait(seconds: nil) }
    let error = try await withBlockingTimeout(.seconds(20)) {
      code { try thread.call("next", limit: 0.05) { _ throws(PortAudioError) in } }
    }
    #expect(error == .hostLost)
    release.open()
  }

  @Test func markedLostWhileACallWaitsItEnds() async throws {
    let release = Latch()
    let thread = thread
    startThread(named: "sd-test-marker") {
      _ = Latch().wait(seconds: 0.05)
      thread.markLost()
    }
    let error = try await withBlockingTimeout(.seconds(20)) {
      code {
        try thread.call("waiting", limit: 1e9) { _ throws(PortAudioError) in
          _ = release.wait(seconds: nil)
        }
      }
    }
    #expect(error == .hostLost)
    release.open()
  }

  @Test func generationsCount() {
    #expect(thread.generation == 0)
    thread.advanceGeneration()
    #expect(thread.generation == 1)
  }
}
