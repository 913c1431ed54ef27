/// Memory for one block between two steps, aligned for every sample type. It only grows.
///
/// A class, so that a step can read one scratch and write another of the same owner. One thread at
/// a time.
@safe package final class Scratch {
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Creates an empty scratch.
  package init() {}

  deinit {
    unsafe memory.deallocate()
  }

  /// Calls `body` with room for `byteCount` bytes; earlier content may be gone.
  package func withMutableBytes<R, E: Error>(
    _ byteCount: Int, _ body: (inout MutableRawSpan) throws(E) -> R
  ) throws(E) -> R {
    if unsafe memory.count < byteCount {
      unsafe memory.deallocate()
      unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    }
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])
    var span = unsafe MutableRawSpan(_unsafeBytes: part)
    return try body(&span)
  }

  /// Calls `body` with the first `byteCount` bytes.
  package func withBytes<R, E: Error>(
    _ byteCount: Int, _ body: (RawSpan) throws(E) -> R
  ) throws(E) -> R {
    let part = unsafe UnsafeRawBufferPointer(rebasing: memory[..<byteCount])
    return try body(unsafe RawSpan(_unsafeBytes: part))
  }

  /// Calls `body` with bytes of this scratch and room for `byteCount` bytes in another.
  package func withBytes<R, E: Error>(
    _ range: Range<Int>, into target: Scratch, _ byteCount: Int,
    _ body: (RawSpan, inout MutableRawSpan) throws(E) -> R
  ) throws(E) -> R {
    precondition(target !== self, "from one scratch to another")
    let part = unsafe UnsafeRawBufferPointer(rebasing: memory[range])
    return try target.withMutableBytes(byteCount) { span throws(E) in
      try body(unsafe RawSpan(_unsafeBytes: part), &span)
    }
  }

  /// Calls `body` with the first `count` samples, to change them in place.
  package func withMutableSamples<T: BitwiseCopyable, R>(
    _ type: T.Type, count: Int, _ body: (inout MutableSpan<T>) -> R
  ) -> R {
    let part = unsafe UnsafeMutableRawBufferPointer(
      rebasing: memory[..<(count * MemoryLayout<T>.stride)])
    var span = unsafe MutableSpan(_unsafeElements: part.bindMemory(to: type))
    return body(&span)
  }
}
