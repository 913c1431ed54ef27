/// The server, or a program on it, missed a period in this run, or seems to have: nothing follows
/// from it.
public struct Slip: Error {
  /// What was heard, for a test's log.
  public var story: String

  /// Makes one.
  public init(story: String) { self.story = story }
}

/// Runs the body again as long as it throws ``Slip``, so many times at most.
///
/// On a machine that is shared a server leaves periods out now and then, or repeats them, and tells
/// nobody: sound that differs once is no proof. A fault of ours is there every time.
///
/// - Throws: What the body throws; ``Slip`` the last time too.
public nonisolated(nonsending) func patiently<R>(
  attempts: Int = 10, _ body: nonisolated(nonsending) () async throws -> R
) async throws -> R {
  for _ in 1..<attempts {
    do { return try await body() } catch is Slip {}
  }
  return try await body()
}
