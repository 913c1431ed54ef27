import Platform
import TestSupport
import Testing

@testable import SoundDevice

struct RingBufferTests {
  private func write(_ values: [Int32], to ring: RingBuffer) -> Int {
    unsafe values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe ring.write(from: base, count: values.count)
    }
  }

  private func read(_ count: Int, from ring: RingBuffer) -> [Int32] {
    var values = [Int32](repeating: -1, count: count)
    let done = unsafe values.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe ring.read(into: base, count: count)
    }
    return Array(values.prefix(done))
  }

  @Test func takesWhatFitsAndGivesWhatIsThere() {
    let ring = RingBuffer(capacity: 4, bytesPerFrame: 4)
    #expect(write([1, 2, 3], to: ring) == 3)
    #expect(write([4, 5, 6], to: ring) == 1)
    #expect(ring.readableCount == 4 && ring.writableCount == 0)
    #expect(read(3, from: ring) == [1, 2, 3])
    #expect(write([7, 8], to: ring) == 2)
    #expect(read(9, from: ring) == [4, 7, 8])
    #expect(read(1, from: ring) == [])
    #expect(ring.written == 6 && ring.read == 6)
  }

  @Test func discardingMakesRoom() {
    let ring = RingBuffer(capacity: 4, bytesPerFrame: 4)
    #expect(write([1, 2, 3, 4], to: ring) == 4)
    ring.discard()
    #expect(ring.readableCount == 0)
    #expect(write([5], to: ring) == 1)
    #expect(read(4, from: ring) == [5])
  }

  @Test func aWakeEndsBothWaits() async throws {
    let ring = RingBuffer(capacity: 4, bytesPerFrame: 4)
    try await withBlockingTimeout(.seconds(20)) {
      ring.wake()
      ring.waitUntilReadable(1, seconds: 3600)
    }
    _ = write([1, 2, 3, 4], to: ring)
    try await withBlockingTimeout(.seconds(20)) {
      ring.wake()
      ring.waitUntilWritable(1, seconds: 3600)
    }
  }

  /// Every number arrives once and in order, and neither side misses a wake-up: each would hang.
  @Test(arguments: [1, 7, 64, 1000]) func twoThreadsExactly(capacity: Int) async throws {
    let ring = RingBuffer(capacity: capacity, bytesPerFrame: 4)
    let total = Int32(capacity == 1 ? 5_000 : 200_000)
    startThread(named: "sd-test-producer") {
      var next: Int32 = 0
      var generator = SeededGenerator(seed: 1)
      while next < total {
        let count = min(total - next, Int32.random(in: 1...150, using: &generator))
        var chunk = Array(next..<next + count)
        next += count
        while !chunk.isEmpty {
          chunk.removeFirst(write(chunk, to: ring))
          if !chunk.isEmpty { ring.waitUntilWritable(min(chunk.count, capacity), seconds: 3600) }
        }
      }
    }
    let isInOrder = try await withBlockingTimeout(.seconds(60)) {
      var expected: Int32 = 0
      var generator = SeededGenerator(seed: 2)
      while expected < total {
        let values = read(Int.random(in: 1...170, using: &generator), from: ring)
        for value in values {
          guard value == expected else { return false }
          expected += 1
        }
        if values.isEmpty { ring.waitUntilReadable(1, seconds: 3600) }
      }
      return ring.readableCount == 0
    }
    #expect(isInOrder)
  }
}
