import PCM

/// The bytes of `samples`.
func bytes<S: Sample>(_ samples: [S]) -> [UInt8] {
  unsafe samples.withUnsafeBytes { unsafe Array($0) }
}

/// Converts `source` to bytes, and counts clipped samples.
func convert(
  _ source: [UInt8], _ from: SampleEncoding, _ to: SampleEncoding, dither: Bool = false,
  clip: Bool = false, seed: UInt64 = 0
) -> (bytes: [UInt8], clipped: Int) {
  var converter = SampleConverter(from: from, to: to, dither: dither, clip: clip, seed: seed)
  var target = [UInt8](repeating: 0xA5, count: source.count / from.byteCount * to.byteCount)
  var span = target.mutableSpan
  var room = unsafe span.mutableBytes
  unsafe converter.convert(source.span.bytes, into: &room)
  return (target, converter.clippedCount)
}

/// Converts `source` to samples of another type.
func convert<S: Sample, T: Sample>(
  _ source: [S], to: T.Type, dither: Bool = false, clip: Bool = false, seed: UInt64 = 0
) -> (samples: [T], clipped: Int) {
  var converter = SampleConverter(
    from: SampleEncoding(S.format), to: SampleEncoding(T.format), dither: dither, clip: clip,
    seed: seed)
  var target = [T](repeating: .silence, count: source.count)
  var span = target.mutableSpan
  converter.convert(source.span, into: &span)
  return (target, converter.clippedCount)
}
