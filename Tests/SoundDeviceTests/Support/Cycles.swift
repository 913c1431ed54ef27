import Foundation
import TestSupport
import Testing

/// Expects the scenario `cycle` of `sd-test-client` to have ended with the threads and descriptors
/// that it had after its first tenth, and with as much memory but for what an allocator keeps.
func expectFlat(
  _ result: ToolResult, count: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.succeeded, "\(result)", sourceLocation: sourceLocation)
  let words = result.outputText.split(whereSeparator: { " ,\n".contains($0) })
  guard words.count == 11, words[0] == "\(count)" else {
    Issue.record("no account: \(result)", sourceLocation: sourceLocation)
    return
  }
  let numbers = words.compactMap { Int($0) }
  #expect(numbers[2] <= numbers[1] + 2, "threads: \(result)", sourceLocation: sourceLocation)
  #expect(numbers[4] == numbers[3], "descriptors: \(result)", sourceLocation: sourceLocation)
  if ProcessInfo.processInfo.environment["SD_SANITIZED"] == nil {
    #expect(numbers[6] < numbers[5] + 8192, "memory: \(result)", sourceLocation: sourceLocation)
  }
}
