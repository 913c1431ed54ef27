import Foundation
import TestSupport
import Testing

/// Six threads, and tasks besides, that do everything to a few streams in random order.
///
/// `SD_STRESS_SECONDS=600` makes each of them long; `scripts/sanitize stress` runs them under the
/// sanitizers. A report of one ends the client with a status of its own.
struct StressTests {
  private static let seconds = ProcessInfo.processInfo.environment["SD_STRESS_SECONDS"]
    .flatMap { Double($0) }

  private static func command(_ arguments: String..., environment: [String: String?]) -> Command {
    var command = clientCommand(environment: environment)
    command.arguments = ["stress"] + arguments
    command.environment["TSAN_OPTIONS"] = "halt_on_error=1:report_thread_leaks=0"
    // ThreadSanitizer needs help with JACK's clients.
    if let library = ProcessInfo.processInfo.environment["SD_STRESS_PRELOAD"] {
      command.environment["LD_PRELOAD"] = library
    }
    return command
  }

  private func expectSteps(_ result: ToolResult) {
    #expect(result.succeeded, "\(result)")
    #expect(result.outputText.contains(" steps, "), "\(result)")
    if Self.seconds != nil { print(result.outputText, terminator: "") }
  }

  @Test func everythingAtOnceOnTheVirtualHost() async throws {
    for seed in ["1", "2"] {
      let amount = Self.seconds.map { "\($0 / 2)s" } ?? "4800"
      let command = Self.command(
        "virtual:loopback", amount, seed,
        environment: ["SD_VIRTUAL": "block=32,xrun@640:16"])
      expectSteps(try await run(command, timeout: .seconds(120 + (Self.seconds ?? 0))))
    }
  }

  @Test(.requires("jackd")) func everythingAtOnceOnJACK() async throws {
    var options = JACKServer.Options()
    options.periodSize = 64
    try await withJACKServer(options) { server in
      let amount = Self.seconds.map { "\($0 / 2)s" } ?? "1000"
      let command = Self.command("loopback jack", amount, "3", environment: server.environment)
      expectSteps(try await run(command, timeout: .seconds(120 + (Self.seconds ?? 0))))
    }
  }

  /// The server stalls again and again and is then killed, and in every other round another one
  /// takes its name. No call takes forever, and nothing is reported but what hosts say of that.
  @Test(.requires("jackd")) func everythingAtOnceWhileJACKDies() async throws {
    let round = Self.seconds == nil ? 2.0 : 20.0
    let end = ContinuousClock.now + .seconds((Self.seconds ?? 0) / 2)
    var number = 0
    repeat {
      number += 1
      try await dieOnce(round: number, seconds: round)
    } while ContinuousClock.now < end
  }

  private func dieOnce(round: Int, seconds: Double) async throws {
    var random = Random(state: UInt64(round))
    var options = JACKServer.Options()
    options.periodSize = 64
    try await withJACKServer(options) { server in
      let command = Self.command(
        "loopback jack", "\(seconds)s", "\(round)", "faulty", environment: server.environment)
      try await withTool(command) { client in
        let end = ContinuousClock.now + .seconds(seconds * random.next(0.4...0.8))
        while ContinuousClock.now < end, client.status == nil {
          try await Task.sleep(for: .seconds(random.next(0.1...1.5)))
          server.pause()
          try await Task.sleep(for: .seconds(random.next(0.01...3) * min(1, seconds / 10)))
          server.resume()
        }
        try await server.kill()
        if round % 2 == 0 {
          options.name = server.name
          try await withJACKServer(options) { _ in
            expectSteps(try await client.finish(timeout: .seconds(120 + seconds)))
          }
        } else {
          expectSteps(try await client.finish(timeout: .seconds(120 + seconds)))
        }
      }
    }
  }

  /// The same numbers in each run.
  private struct Random {
    var state: UInt64

    mutating func next(_ range: ClosedRange<Double>) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let part = Double(state >> 11) / Double(1 << 53)
      return range.lowerBound + part * (range.upperBound - range.lowerBound)
    }
  }
}
