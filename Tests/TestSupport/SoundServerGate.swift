import Foundation
import Synchronization
public import Testing

/// Lets one test at a time use real sound servers, in this process and on this machine.
///
/// Servers side by side interfere: jackd names a client's socket after the client and the user
/// only, so two clients of the same name on different servers take each other's connections; and
/// two cores cannot keep two servers' periods.
///
/// A task inside the gate may pass again (a test may start several servers). A waiting task holds
/// no other lock, so there is no deadlock.
enum SoundServerGate {
  @TaskLocal static var lock: Int32?
  private static let queue = Mutex(Queue())

  private struct Queue {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// Runs the body while no other body does.
  ///
  /// - Parameter body: Receives the machine-wide lock's descriptor; a server that inherits it keeps
  ///   the gate shut while it lives, even if this process dies.
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
  /// Each test of a suite passes the gate separately.
  public let isRecursive = true

  /// Runs the test while no other test uses a sound server.
  ///
  /// - Throws: Any error of the test, and ``ToolFailure`` if another run never releases the lock.
  public func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await SoundServerGate.pass { _ in try await function() }
  }
}

extension Trait where Self == SoundServerTrait {
  /// The test uses a real sound server; one such test runs at a time.
  ///
  /// ``withJACKServer(_:_:)`` and ``withPulseServer(_:)`` ensure that for their own bodies; this
  /// trait extends it to the whole test.
  public static var usesSoundServer: Self { SoundServerTrait() }
}
