internal import Synchronization

/// A Boolean that threads share.
final class AtomicFlag: Sendable {
  private let value: Atomic<Bool>

  init(_ value: Bool = false) { self.value = Atomic(value) }

  var isSet: Bool { value.load(ordering: .acquiring) }

  func set(_ newValue: Bool = true) { value.store(newValue, ordering: .releasing) }

  /// Sets the flag and returns its previous value.
  func testAndSet() -> Bool { value.exchange(true, ordering: .acquiringAndReleasing) }
}
