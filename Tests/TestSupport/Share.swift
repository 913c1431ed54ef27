public import Testing

/// Runs the body a fixed number of times and expects it to be right in a minimum share of them.
/// Prints the count.
///
/// For sound that crosses a real server: on a shared machine a server skips or repeats a period now
/// and then without reporting an xrun, so one run that differs proves nothing, and one that agrees
/// as little. What must be exact is proved on the virtual host, once.
public nonisolated(nonsending) func expectShare(
  _ what: String, of runs: Int = 3, atLeast needed: Int = 2,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ isRight: nonisolated(nonsending) () async throws -> Bool
) async throws {
  var rightCount = 0
  for _ in 0..<runs where try await isRight() { rightCount += 1 }
  print("\(what): right in \(rightCount) of \(runs) runs")
  #expect(
    rightCount >= needed, "\(what): right in \(rightCount) of \(runs) runs",
    sourceLocation: sourceLocation)
}
