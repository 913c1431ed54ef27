internal import Synchronization

/// The position of a ring at the last block, and that block's capture time.
///
/// A sequence lock: the audio thread writes without waiting, and readers retry if a block came in
/// between.
struct StreamTiming: ~Copyable {
  private let sequence = Atomic<UInt>(0)
  private let position = Atomic<Int>(0)
  private let time = Atomic<Int>(0)

  /// Stores a block's timing. On the audio thread.
  ///
  /// - Parameters:
  ///   - position: Frames before the block.
  ///   - nanoseconds: The capture time of its first frame, since 1970.
  func note(_ position: Int, capturedAt nanoseconds: Int) {
    sequence.add(1, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    self.position.store(position, ordering: .relaxed)
    time.store(nanoseconds, ordering: .relaxed)
    sequence.add(1, ordering: .releasing)
  }

  /// The latest timing; nil before the first block. Any thread.
  var latest: InputTiming? {
    while true {
      let before = sequence.load(ordering: .acquiring)
      guard before > 0 else { return nil }
      let timing = InputTiming(
        position: position.load(ordering: .relaxed),
        captureTime: Double(time.load(ordering: .relaxed)) / 1e9)
      atomicMemoryFence(ordering: .acquiring)
      if before % 2 == 0, sequence.load(ordering: .relaxed) == before { return timing }
    }
  }
}

/// The capture time of a block of a stream's input.
public struct InputTiming: Sendable, Hashable {
  /// Frames of the input before the block.
  public var position: Int
  /// The wall time of its first frame, in seconds since 1970: from the host if it has one,
  /// otherwise the block's arrival.
  public var captureTime: Double
}
