internal import Synchronization

/// A lock-free queue of frames between one producer and one consumer thread.
///
/// Either may be the audio thread: nothing here allocates, locks or waits, except the functions
/// that say so. Positions count frames since the ring was made and never go back, so `written -
/// read` is the number of frames in the ring. The memory is fixed, and all its pages are touched in
/// `init`.
@safe final class RingBuffer: @unchecked Sendable {
  // Safe to share: only the producer writes memory, between `written` and `read + capacity`; only
  // the consumer reads memory, between `read` and `written`. Each publishes its position with
  // release order when it is done, and loads the other's with acquire order before it begins.
  let capacity: Int
  let bytesPerFrame: Int
  private let memory: UnsafeMutableRawPointer
  private let writePosition = Atomic<Int>(0)
  private let readPosition = Atomic<Int>(0)
  private let producerWants = Atomic<Int>(0)
  private let consumerWants = Atomic<Int>(0)
  private let producerWakeUp = Semaphore()
  private let consumerWakeUp = Semaphore()

  /// Creates a ring for at least `capacity` frames.
  init(capacity: Int, bytesPerFrame: Int) {
    precondition(capacity > 0 && bytesPerFrame > 0, "a ring holds at least one frame")
    self.capacity = capacity
    self.bytesPerFrame = bytesPerFrame
    unsafe memory = .allocate(byteCount: capacity * bytesPerFrame, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * bytesPerFrame)
  }

  deinit { unsafe memory.deallocate() }

  /// Frames written since the ring was made.
  var written: Int { writePosition.load(ordering: .acquiring) }
  /// Frames read since the ring was made.
  var read: Int { readPosition.load(ordering: .acquiring) }
  /// Frames that can be read now.
  var readableCount: Int { written - read }
  /// Frames that can be written now.
  var writableCount: Int { capacity - readableCount }

  // MARK: Producer

  /// Copies in up to `count` frames and returns how many fitted.
  @discardableResult
  func write(from source: UnsafeRawPointer, count: Int) -> Int {
    let written = writePosition.load(ordering: .relaxed)
    let room = capacity - (written - readPosition.load(ordering: .acquiring))
    let count = min(count, room)
    guard count > 0 else { return 0 }
    let start = written % capacity
    let first = min(count, capacity - start)
    unsafe (memory + start * bytesPerFrame).copyMemory(
      from: source, byteCount: first * bytesPerFrame)
    if first < count {
      unsafe memory.copyMemory(
        from: source + first * bytesPerFrame, byteCount: (count - first) * bytesPerFrame)
    }
    writePosition.store(written + count, ordering: .releasing)
    wakeConsumer()
    return count
  }

  // MARK: Consumer

  /// Copies out up to `count` frames and returns how many there were.
  @discardableResult
  func read(into destination: UnsafeMutableRawPointer, count: Int) -> Int {
    let read = readPosition.load(ordering: .relaxed)
    let count = min(count, writePosition.load(ordering: .acquiring) - read)
    guard count > 0 else { return 0 }
    let start = read % capacity
    let first = min(count, capacity - start)
    unsafe destination.copyMemory(
      from: memory + start * bytesPerFrame, byteCount: first * bytesPerFrame)
    if first < count {
      unsafe (destination + first * bytesPerFrame).copyMemory(
        from: memory, byteCount: (count - first) * bytesPerFrame)
    }
    readPosition.store(read + count, ordering: .releasing)
    wakeProducer()
    return count
  }

  /// Drops all readable frames.
  func discard() {
    readPosition.store(writePosition.load(ordering: .acquiring), ordering: .releasing)
    wakeProducer()
  }

  // MARK: Waiting

  // A waiter publishes its request, checks once more, then sleeps; the other side publishes its
  // position, then checks for a request. With sequential consistency one of the two sees the other,
  // so no wake-up is lost. The audio thread posts only if there is a waiter.

  /// Waits until `count` frames are readable, the time is over or `wake()` is called. Not on the
  /// audio thread.
  func waitUntilReadable(_ count: Int, seconds: Double) {
    consumerWants.store(count, ordering: .sequentiallyConsistent)
    if readableSequentially < count { consumerWakeUp.wait(seconds: seconds) }
    consumerWants.store(0, ordering: .relaxed)
  }

  /// Waits until `count` frames are writable, the time is over or `wake()` is called. Not on the
  /// audio thread.
  func waitUntilWritable(_ count: Int, seconds: Double) {
    producerWants.store(count, ordering: .sequentiallyConsistent)
    if capacity - readableSequentially < count { producerWakeUp.wait(seconds: seconds) }
    producerWants.store(0, ordering: .relaxed)
  }

  /// Wakes the waiters on both sides, which check again.
  func wake() {
    producerWakeUp.post()
    consumerWakeUp.post()
  }

  private var readableSequentially: Int {
    writePosition.load(ordering: .sequentiallyConsistent)
      - readPosition.load(ordering: .sequentiallyConsistent)
  }

  private func wakeConsumer() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let wanted = consumerWants.load(ordering: .sequentiallyConsistent)
    guard wanted > 0, readableSequentially >= wanted else { return }
    if consumerWants.exchange(0, ordering: .relaxed) > 0 { consumerWakeUp.post() }
  }

  private func wakeProducer() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let wanted = producerWants.load(ordering: .sequentiallyConsistent)
    guard wanted > 0, capacity - readableSequentially >= wanted else { return }
    if producerWants.exchange(0, ordering: .relaxed) > 0 { producerWakeUp.post() }
  }
}
