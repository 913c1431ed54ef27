// Inlinable, to specialise for the caller's element type: a generic function looks its types up at
// its first use, under a lock.

extension MutableSpan where Element: BitwiseCopyable {
  /// Copies as many elements as both have, from the start; the rest is unchanged. Safe in
  /// callbacks: allocates nothing.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func copy(from source: borrowing Span<Element>) {
    for index in 0..<Swift.min(count, source.count) { self[index] = source[index] }
  }
}

extension MutableRawSpan {
  /// Copies as many bytes as both have, from the start; the rest is unchanged. Safe in callbacks:
  /// allocates nothing.
  @_lifetime(self: copy self)
  public mutating func copy(from source: borrowing RawSpan) {
    let count = Swift.min(byteCount, source.byteCount)
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
      }
    }
  }
}
