/// Frames that a read took from the ring, but could not return because its time was over. The next
/// read gets them first.
struct Leftover {
  private var bytes: [UInt8] = []

  var byteCount: Int { bytes.count }

  /// Puts frames back, before those that are here.
  mutating func putBack(_ taken: UnsafeRawBufferPointer) {
    unsafe bytes.insert(contentsOf: taken, at: 0)
  }

  /// Moves as many frames as fit to the start of `target`; returns the number of bytes.
  mutating func take(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard !bytes.isEmpty else { return 0 }
    let count = min(bytes.count, target.count)
    unsafe target.copyBytes(from: bytes.prefix(count))
    bytes.removeFirst(count)
    return count
  }

  mutating func discard() { bytes = [] }
}
