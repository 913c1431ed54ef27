import Foundation
import Synchronization
@testable import TestSupport
import Testing

@Suite struct SoundServerGateTests {
  @Test func onePassesAtATimeAndNestingIsFree() async throws {
    let counts = Counts()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await SoundServerGate.pass { lock in
            let isAlone = counts.inside.add(1, ordering: .relaxed).newValue == 1
            try await Task.sleep(for: .milliseconds(1))
            let isSame = try await SoundServerGate.pass { $0 == lock }
            counts.inside.subtract(1, ordering: .relaxed)
            counts.passed.add(1, ordering: .relaxed)
            return isAlone && isSame
          }
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
    #expect(counts.passed.load(ordering: .relaxed) == 8)
  }

  @Test func anErrorOpensTheGateAgain() async throws {
    struct Stop: Error {}
    for _ in 0..<2 {
      await #expect(throws: Stop.self) {
        try await SoundServerGate.pass { _ in throw Stop() }
      }
    }
  }

  @Test(.usesSoundServer) func theTraitHoldsTheGate() {
    #expect(SoundServerGate.lock != nil)
  }
}

private final class Counts: Sendable {
  let inside = Atomic<Int>(0)
  let passed = Atomic<Int>(0)
}
