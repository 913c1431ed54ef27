/// One run of a converter: `count` samples from `source` to `target`, which do not overlap.
@unsafe
struct Job {
  let source: UnsafeRawPointer
  let target: UnsafeMutableRawPointer
  let count: Int
  let dither: Bool
  let clip: Bool

  /// Where sample `index` of `S` is read.
  @inline(__always)
  func source<S: Coding>(_: S.Type, _ index: Int) -> UnsafeRawPointer {
    unsafe source + index &* S.byteCount
  }

  /// Where sample `index` of `T` is written.
  @inline(__always)
  func target<T: Coding>(_: T.Type, _ index: Int) -> UnsafeMutableRawPointer {
    unsafe target + index &* T.byteCount
  }
}

/// What a converter keeps between runs.
struct ConversionState: Sendable {
  var noise: NoiseSource
  var clippedCount = 0
}
