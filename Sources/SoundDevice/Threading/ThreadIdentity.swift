internal import CRealtime
internal import Synchronization

/// Which thread runs something at the moment.
final class ThreadIdentity: Sendable {
  private let value = Atomic<UInt>(0)

  /// Whether the caller runs on that thread.
  var isCurrent: Bool { value.load(ordering: .relaxed) == sd_thread_identity() }

  /// It is the caller's.
  func claim() { value.store(sd_thread_identity(), ordering: .relaxed) }

  /// It is nobody's any more.
  func release() { value.store(0, ordering: .relaxed) }
}
