import CRealtime
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

  /// A slow host does not answer until its late answer comes.
  @Test func aLateAnswerBringsTheHostBack() async throws {
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
    #expect(!ran.isSet)
    release.open()
    try await eventually("the answer") { !thread.isLost }
    try thread.call("again", limit: 5) { _ throws(PortAudioError) in ran.set() }
    #expect(ran.isSet && thread.everLost)
  }

  /// A posted job has no waiter; the next caller must not wait forever behind it.
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

  /// A library below aborted on the host's thread, which never returns.
  @Test func whereAHostDiesEveryCallerIsReleasedForGood() async throws {
    let host = MortalHost()
    let thread = HostThread(.virtual, name: "sd-test-mortal", host: host)
    let error = try await withBlockingTimeout(.seconds(20)) {
      #expect(throws: PortAudioError.self) {
        try thread.call("closing", limit: 1e9) { _ throws(PortAudioError) in
          host.dead.set()
          _ = Latch().wait(seconds: nil)
        }
      }
    }
    #expect(error?.code == .hostLost && thread.isDead)
    #expect(
      error?.description
        == "closing: the sound system does not answer; only a new process can use it again")
    thread.post { _ in }
    #expect(code { try thread.call("later") { _ throws(PortAudioError) in } } == .hostLost)
  }

  @Test func whatWaitsForAHostIsRefusedInACallback() {
    sd_realtime_enter()
    let error = code { try thread.call("stopping", limit: 5) { _ throws(PortAudioError) in } }
    sd_realtime_exit()
    #expect(error == .calledInCallback && !thread.isLost)
  }

  /// What comes too late for its caller is given back.
  @Test func aLateValueIsDisposedOf() async throws {
    let release = Latch()
    let late = Shared(0)
    let thread = thread
    // A job has as long to begin as the one before it may take, and this one must begin.
    try thread.call("starting", limit: 20) { _ throws(PortAudioError) in }
    let error = try await withBlockingTimeout(.seconds(20)) {
      code {
        _ = try thread.call(
          "opening", limit: 0.05, late: { value in late.update { $0 = value } },
          { _ throws(PortAudioError) in
            _ = release.wait(seconds: nil)
            return 7
          })
      }
    }
    #expect(error == .hostLost)
    release.open()
    try await eventually("the value") { late.value == 7 }
  }

  @Test func generationsCount() {
    #expect(thread.generation == 0)
    thread.advanceGeneration()
    #expect(thread.generation == 1)
  }
}

private final class MortalHost: FakeHost, @unchecked Sendable {
  let dead = AtomicFlag()

  override var hasDied: Bool { dead.isSet }
}
