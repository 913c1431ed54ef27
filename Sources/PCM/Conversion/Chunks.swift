/// Calls `body` for successive ranges of at most 4096 samples and sums its counts. A 32-bit count
/// keeps the inner loop as wide as the samples.
@inline(__always)
func inChunks(_ count: Int, _ body: (Range<Int>) -> Int32) -> Int {
  var total = 0
  var start = 0
  while start < count {
    let end = min(start &+ 4096, count)
    total &+= Int(body(start..<end))
    start = end
  }
  return total
}

/// Calls `body` for successive ranges of samples, with one word of noise per sample, and sums its
/// counts.
@inline(__always)
func withNoise(
  _ count: Int, _ noise: inout NoiseSource,
  _ body: (UnsafeMutablePointer<UInt32>, Range<Int>) -> Int32
) -> Int {
  // The compiler keeps a constant 1024 bytes or less on the stack, unless the alignment is larger.
  unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { bytes in
    guard let base = bytes.baseAddress else { return 0 }
    let words = unsafe base.bindMemory(to: UInt32.self, capacity: 256)
    var total = 0
    var start = 0
    while start < count {
      let end = min(start &+ NoiseSource.blockCount, count)
      let first = unsafe noise.fill(base, count: end &- start)
      total &+= unsafe Int(body(words + first, start..<end))
      start = end
    }
    return total
  }
}
