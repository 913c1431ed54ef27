internal import CRealtime
internal import Synchronization

/// The thread that currently runs something.
final class ThreadIdentity: Sendable {
  private let value = Atomic<UInt>(0)

  /// Whether the caller runs on that thread.
  var isCurrent: Bool { value.load(ordering: .relaxed) == sd_thread_identity() }

  /// Claims it for the calling thread.
  func claim() { value.store(sd_thread_identity(), ordering: .relaxed) }

  /// Releases it.
  func release() { value.store(0, ordering: .relaxed) }
}
