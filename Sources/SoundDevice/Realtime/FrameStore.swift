internal import PCM
internal import Synchronization

/// Room for a fixed number of frames that the audio thread fills from the front.
@safe final class FrameStore: @unchecked Sendable {
  // Safe to share: the audio thread alone writes, behind `frameCount`, and publishes the new count
  // with release order; readers load it with acquire order and stay in front of it.
  let capacity: Int
  let bytesPerFrame: Int
  private let memory: UnsafeMutableRawPointer
  private let filled = Atomic<Int>(0)

  init(capacity: Int, bytesPerFrame: Int) {
    self.capacity = capacity
    self.bytesPerFrame = bytesPerFrame
    let byteCount = max(1, capacity * bytesPerFrame)
    unsafe memory = .allocate(byteCount: byteCount, alignment: 64)
    // Touched now, so that no page is missing on the audio thread.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe memory.deallocate() }

  /// Frames there so far.
  var frameCount: Int { filled.load(ordering: .acquiring) }

  /// Adds frames for which there must be room. On the audio thread.
  func append(from source: UnsafeRawPointer, count: Int) {
    let start = filled.load(ordering: .relaxed)
    unsafe (memory + start * bytesPerFrame).copyMemory(
      from: source, byteCount: count * bytesPerFrame)
    filled.store(start + count, ordering: .releasing)
  }

  /// Copies the first `count` frames, which are there, over the front of `buffer`.
  func copy<S: Sample>(_ count: Int, into buffer: inout SampleBuffer<S>) {
    precondition(count <= frameCount, "these frames are not there yet")
    let byteCount = count * bytesPerFrame
    unsafe buffer.samples.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: byteCount))
    }
  }
}
