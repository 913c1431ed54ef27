import Platform
import Synchronization
import TestSupport
import Testing

struct ThreadsTests {
  @Test func noSignalHandlerRunsOnALibraryThread() async throws {
    let seen = Seen()
    startThread(named: "sd-test-signals") {
      var mask = sigset_t()
      unsafe pthread_sigmask(SIG_SETMASK, nil, &mask)
      var result: [Int32: Bool] = [:]
      for signal in [SIGINT, SIGTERM, SIGUSR1, SIGPIPE, SIGSEGV, SIGABRT] {
        result[signal] = unsafe sigismember(&mask, signal) == 1
      }
      seen.blocked.withLock { [result] in $0 = result }
    }
    try await eventually("the thread to look") { seen.blocked.withLock { $0 != nil } }
    #expect(
      seen.blocked.withLock { $0 } == [
        SIGINT: true, SIGTERM: true, SIGUSR1: true, SIGPIPE: true, SIGSEGV: false, SIGABRT: false,
      ])
  }

  @Test func theCallersOwnMaskStays() {
    var before = sigset_t()
    var after = sigset_t()
    unsafe pthread_sigmask(SIG_SETMASK, nil, &before)
    startThread(named: "sd-test-mask") {}
    unsafe pthread_sigmask(SIG_SETMASK, nil, &after)
    for signal in 1..<32 as Range<Int32> {
      #expect(unsafe sigismember(&before, signal) == sigismember(&after, signal))
    }
  }
}

/// What the thread found.
private final class Seen: Sendable {
  let blocked = Mutex<[Int32: Bool]?>(nil)
}
