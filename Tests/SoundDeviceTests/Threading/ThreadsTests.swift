import TestSupport
import Testing

@testable import SoundDevice

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct ThreadsTests {
  @Test func noSignalHandlerRunsOnALibraryThread() async throws {
    let blocked = Shared<[Int32: Bool]?>(nil)
    startThread(named: "sd-test-signals") {
      var mask = sigset_t()
      unsafe pthread_sigmask(SIG_SETMASK, nil, &mask)
      var result: [Int32: Bool] = [:]
      for signal in [SIGINT, SIGTERM, SIGUSR1, SIGPIPE, SIGSEGV, SIGABRT] {
        result[signal] = unsafe sigismember(&mask, signal) == 1
      }
      blocked.update { [result] in $0 = result }
    }
    try await eventually("the thread to look") { blocked.value != nil }
    #expect(
      blocked.value == [
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
