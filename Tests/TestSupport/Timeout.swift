import Foundation
import Synchronization

/// Runs a cancellable body with a time limit.
///
/// - Throws: ``ToolFailure`` when time runs out, and whatever the body throws.
public func withTimeout<R: Sendable>(
  _ limit: Duration, _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
  try await withThrowingTaskGroup(of: R.self) { group in
    group.addTask(operation: body)
    group.addTask {
      try await Task.sleep(for: limit)
      throw ToolFailure("no end within \(limit)")
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw ToolFailure("nothing was run") }
    return first
  }
}

/// Runs a blocking body on a thread of its own, with a time limit. A call that never returns fails
/// its test instead of the whole run, and does not tie up the threads that run tests.
///
/// - Throws: ``ToolFailure`` when time runs out (the thread is then abandoned), and any error of
///   the body.
public func withBlockingTimeout<R: Sendable>(
  _ limit: Duration, _ body: @escaping @Sendable () throws -> R
) async throws -> R {
  let outcome = Outcome<R>()
  let thread = Thread {
    let result = Result { try body() }
    outcome.result.withLock { $0 = result }
  }
  thread.stackSize = 8 << 20
  thread.start()
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline, !Task.isCancelled {
    if let result = outcome.result.withLock({ $0 }) { return try result.get() }
    await pause()
  }
  throw ToolFailure("still blocked after \(limit)")
}

private final class Outcome<R: Sendable>: Sendable {
  let result = Mutex<Result<R, any Error>?>(nil)
}

/// Polls until a condition holds.
///
/// - Throws: ``ToolFailure`` when time runs out, and any error of the condition.
public nonisolated(nonsending) func eventually(
  _ goal: String, within limit: Duration = .seconds(20),
  _ condition: nonisolated(nonsending) () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while !(try await condition()) {
    guard ContinuousClock.now < deadline, !Task.isCancelled else {
      throw ToolFailure("\(goal): not within \(limit)")
    }
    await pause()
  }
}
