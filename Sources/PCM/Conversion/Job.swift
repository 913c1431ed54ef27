/// One run of a converter: `count` samples from `source` to `target`, which do not overlap.
@unsafe
struct Job {
  let source: UnsafeRawPointer
  let target: UnsafeMutableRawPointer
  let count: Int
  let dither: Bool
  let clip: Bool

  /// The address of sample `index` in the source.
  @inline(__always)
  func source<S: Coding>(_: S.Type, _ index: Int) -> UnsafeRawPointer {
    unsafe source + index &* S.byteCount
  }

  /// The address of sample `index` in the target.
  @inline(__always)
  func target<T: Coding>(_: T.Type, _ index: Int) -> UnsafeMutableRawPointer {
    unsafe target + index &* T.byteCount
  }
}

/// A converter's state between runs.
struct ConversionState: Sendable {
  var noise: NoiseSource
  var clippedCount = 0
}
