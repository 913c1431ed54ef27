import Foundation
import Synchronization
public import Testing

/// Lets one test at a time use real sound servers, in this process and on this machine.
///
/// Servers side by side would do harm: jackd names the socket of a client after the client and the
/// user only, so that two clients of one name, each with a server of its own, take each other's
/// connections; and two cores do not keep two servers' periods.
///
/// A task that holds the gate passes it freely again (a test may start several servers), and whoever
/// waits holds nothing else, so that there is no deadlock.
enum SoundServerGate {
  @TaskLocal static var lock: Int32?
  private static let queue = Mutex(Queue())

  private struct Queue {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// Runs the body while nobody else's passes.
  ///
  /// - Parameter body: Is given the machine-wide lock's descriptor; a server that inherits it keeps
  ///   the gate shut for as long as it lives, even if this process dies.
  static nonisolated(nonsending) func pass<R>(
    _ body: nonisolated(nonsending) (Int32) async throws -> R
  ) async throws -> R {
    if let lock { return try await body(lock) }
    await enter()
    defer { leave() }
    let lock = try openFile("/tmp/sd-test-\(getuid()).lock", O_RDWR | O_CREAT)
    defer { close(lock) }
    try await eventually("another run's sound server to end", within: .seconds(300)) {
      flock(lock, LOCK_EX | LOCK_NB) == 0
    }
    return try await $lock.withValue(lock) { try await body(lock) }
  }

  private static nonisolated(nonsending) func enter() async {
    await withCheckedContinuation { continuation in
      let mayPass = queue.withLock { queue in
        if queue.isTaken {
          queue.waiting.append(continuation)
          return false
        }
        queue.isTaken = true
        return true
      }
      if mayPass { continuation.resume() }
    }
  }

  private static func leave() {
    let next = queue.withLock { queue -> CheckedContinuation<Void, Never>? in
      guard queue.waiting.isEmpty else { return queue.waiting.removeFirst() }
      queue.isTaken = false
      return nil
    }
    next?.resume()
  }
}

/// Keeps real sound servers to one test at a time.
public struct SoundServerTrait: SuiteTrait, TestTrait, TestScoping {
  /// Each test of a suite passes on its own.
  public let isRecursive = true

  /// Runs the test when no other one uses a sound server.
  ///
  /// - Throws: What the test throws, and ``ToolFailure`` if another run never lets go.
  public func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await SoundServerGate.pass { _ in try await function() }
  }
}

extension Trait where Self == SoundServerTrait {
  /// The test uses a real sound server: one such test runs at a time.
  ///
  /// ``withJACKServer(_:_:)`` and ``withPulseServer(_:)`` see to that for their own bodies; the
  /// trait widens it to the whole test.
  public static var usesSoundServer: Self { SoundServerTrait() }
}
