import Synchronization

/// Values that a callback writes down and a test reads: neither allocates nor locks while it is
/// written, so that the tests keep the rules they test. What does not fit is left out.
@safe final class Tape<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Safe to share: one thread writes behind `count` and publishes it with release order.
  private let memory: UnsafeMutableBufferPointer<Value>
  private let filled = Atomic<Int>(0)

  init(_ capacity: Int, of blank: Value) {
    unsafe memory = .allocate(capacity: capacity)
    unsafe memory.initialize(repeating: blank)
  }

  deinit { unsafe memory.deallocate() }

  var count: Int { filled.load(ordering: .acquiring) }

  func append(_ value: Value) {
    let index = filled.load(ordering: .relaxed)
    guard unsafe index < memory.count else { return }
    unsafe memory[index] = value
    filled.store(index + 1, ordering: .releasing)
  }

  var values: [Value] { unsafe Array(memory.prefix(count)) }
}
