import Foundation
import Synchronization
import TestSupport
import Testing

/// Lets only so many tests run devices at a time: a device keeps to a clock, and on a machine with
/// a hundred of them nobody does.
struct FewAtOnceTrait: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  private struct State {
    var free = max(2, ProcessInfo.processInfo.activeProcessorCount)
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private static let state = Mutex(State())

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    // Those that wait for a server go one by one as it is, and would only keep others waiting.
    if test.traits.contains(where: { $0 is SoundServerTrait }) { return try await function() }
    await withCheckedContinuation { continuation in
      let mayRun = Self.state.withLock { state in
        if state.free == 0 {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if mayRun { continuation.resume() }
    }
    defer {
      let next = Self.state.withLock { state -> CheckedContinuation<Void, Never>? in
        guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
        state.free += 1
        return nil
      }
      next?.resume()
    }
    try await function()
  }
}

extension Trait where Self == FewAtOnceTrait {
  /// The test runs a device: as many such tests as there are processors run at a time.
  static var fewAtOnce: Self { FewAtOnceTrait() }
}
