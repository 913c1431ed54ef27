import PCM
import Testing

@testable import SoundDevice

struct FrameStoreTests {
  @Test func fillsFromTheFront() {
    let store = FrameStore(capacity: 4, bytesPerFrame: 4)
    let frames: [Int16] = [1, -1, 2, -2, 3, -3]
    unsafe frames.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe store.append(from: base, count: 2)
      unsafe store.append(from: base + 8, count: 1)
    }
    #expect(store.frameCount == 3)
    var buffer = SampleBuffer<Int16>([9, 9, 9, 9, 9, 9, 9, 9], channelCount: 2)
    store.copy(2, into: &buffer)
    #expect(buffer.samples == [1, -1, 2, -2, 9, 9, 9, 9])
    store.copy(3, into: &buffer)
    #expect(buffer.samples == [1, -1, 2, -2, 3, -3, 9, 9])
  }

  @Test func mayHoldNothing() {
    let store = FrameStore(capacity: 0, bytesPerFrame: 8)
    var buffer = SampleBuffer<Float>(frameCount: 0, channelCount: 2)
    store.copy(0, into: &buffer)
    #expect(store.frameCount == 0 && buffer.samples.isEmpty)
  }
}
