import CRealtime
import Foundation
import TestSupport
import Testing

/// What needs a process of its own, on the virtual devices.
struct ClientTests {
  private func output(_ arguments: String..., environment: [String: String?] = [:]) async throws
    -> String
  {
    var command = clientCommand(environment: environment)
    command.arguments = arguments
    let result = try await run(command, timeout: .seconds(90))
    #expect(result.succeeded, "\(result)")
    return result.outputText
  }

  @Test func moduleFunctionsActOnTheLatest() async throws {
    #expect(try await output("latest") == "the latest\n")
  }

  @Test func refreshingNeedsAllStreamsClosed() async throws {
    #expect(try await output("refresh", "virtual:null") == "refreshed\n")
  }

  @Test func defaultsOfTwoThreadsDoNotUndoEachOther() async throws {
    #expect(try await output("defaults") == "0 undone\n")
  }

  /// `SD_CYCLES=10000` makes it long.
  @Test func streamsLeaveNothingBehind() async throws {
    let count = ProcessInfo.processInfo.environment["SD_CYCLES"].flatMap { Int($0) } ?? 160
    let result = try await run(
      clientCommand("cycle", "virtual:loopback", "\(count)"),
      timeout: .seconds(60 + count / 20))
    expectFlat(result, count: count)
  }

  @Test func thirtyTwoAtOnceAddUpExactly() async throws {
    #expect(try await output("many") == "32 at once\n")
  }

  @Test func aCallbackThatKeepsTheRulesPasses() async throws {
    #expect(
      try await output("callback", "keeping", environment: ["SD_VIRTUAL": "pace=fast"])
        == "callbacks ran\n")
  }

  /// Built with RealtimeSanitizer, and only then: see `make sanitize`.
  @Test(.enabled(if: sd_realtime_is_checked(), "needs RealtimeSanitizer: make sanitize"))
  func anAllocationInACallbackStopsTheProgram() async throws {
    let result = try await run(
      clientCommand("callback", "allocating").with(environment: ["SD_VIRTUAL": "pace=fast"]))
    #expect(!result.succeeded)
    #expect(result.errorText.contains("RealtimeSanitizer"))
    #expect(!result.outputText.contains("callbacks ran"))
  }

  @Test(arguments: ["play", "rec", "playrec", "read", "write", "callback"])
  func aVirtualDeviceThatIsLostEndsEverything(what: String) async throws {
    for fault in ["stall@9600", "lost@9600"] {
      let words = try await output(
        "lose", what, "virtual:loopback", environment: ["SD_VIRTUAL": fault])
      let expected = ["rec", "playrec"].contains(what) ? 9600 : what == "read" ? 9600 : 0
      #expect(words == (what == "callback" ? "finished\n" : "") + "lost \(expected)\n")
    }
  }
}
