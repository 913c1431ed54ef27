internal import Synchronization

/// Where a ring stood at the last block, and when that block was captured.
///
/// A sequence lock: the audio thread writes without waiting, readers look again when a block came
/// between.
struct StreamTiming: ~Copyable {
  private let sequence = Atomic<UInt>(0)
  private let position = Atomic<Int>(0)
  private let time = Atomic<Int>(0)

  /// On the audio thread.
  ///
  /// - Parameters:
  ///   - position: Frames before the block.
  ///   - nanoseconds: When its first frame was captured, since 1970.
  func note(_ position: Int, capturedAt nanoseconds: Int) {
    sequence.add(1, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    self.position.store(position, ordering: .relaxed)
    time.store(nanoseconds, ordering: .relaxed)
    sequence.add(1, ordering: .releasing)
  }

  /// Any thread. Nil before the first block.
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

/// When a block of a stream's input was captured.
public struct InputTiming: Sendable, Hashable {
  /// Frames of the input before the block.
  public var position: Int
  /// The wall time of its first frame, in seconds since 1970: as the host says, and otherwise when
  /// the block came.
  public var captureTime: Double
}
