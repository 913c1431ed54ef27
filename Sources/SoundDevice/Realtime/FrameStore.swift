internal import PCM
internal import Synchronization

/// Memory for a fixed number of frames, which the audio thread fills from the start.
@safe final class FrameStore: @unchecked Sendable {
  // Safe to share: the audio thread alone writes, after `frameCount`, and publishes the new count
  // with release order. Readers load it with acquire order and stay before it.
  let capacity: Int
  let bytesPerFrame: Int
  private let memory: UnsafeMutableRawPointer
  private let filled = Atomic<Int>(0)

  init(capacity: Int, bytesPerFrame: Int) {
    self.capacity = capacity
    self.bytesPerFrame = bytesPerFrame
    let byteCount = max(1, capacity * bytesPerFrame)
    unsafe memory = .allocate(byteCount: byteCount, alignment: 64)
    // Touches every page now, so that the audio thread never faults one in.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe memory.deallocate() }

  /// Frames stored so far.
  var frameCount: Int { filled.load(ordering: .acquiring) }

  /// Appends frames, which must fit. On the audio thread.
  func append(from source: UnsafeRawPointer, count: Int) {
    let start = filled.load(ordering: .relaxed)
    unsafe (memory + start * bytesPerFrame).copyMemory(
      from: source, byteCount: count * bytesPerFrame)
    filled.store(start + count, ordering: .releasing)
  }

  /// Copies the first `count` frames, which must be stored already, to the start of `buffer`.
  func copy<S: Sample>(_ count: Int, into buffer: inout SampleBuffer<S>) {
    precondition(count <= frameCount, "these frames are not there yet")
    let byteCount = count * bytesPerFrame
    unsafe buffer.samples.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: byteCount))
    }
  }
}
