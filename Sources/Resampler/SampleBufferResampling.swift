public import PCM

extension SampleBuffer where S == Float {
  /// The same sound at another rate: round(frames · to / from) frames.
  public func resampled(
    from inputRate: Double, to outputRate: Double, quality: RateConverter.Quality = .high
  ) throws(RateConverterError) -> SampleBuffer<Float> {
    try resample(self, from: inputRate, to: outputRate, quality)
  }
}

extension SampleBuffer where S == Double {
  /// The same sound at another rate: round(frames · to / from) frames.
  public func resampled(
    from inputRate: Double, to outputRate: Double,
    quality: RateConverter.Quality = .veryHigh
  ) throws(RateConverterError) -> SampleBuffer<Double> {
    try resample(self, from: inputRate, to: outputRate, quality)
  }
}

private func resample<S: Sample>(
  _ input: SampleBuffer<S>, from inputRate: Double, to outputRate: Double,
  _ quality: RateConverter.Quality
) throws(RateConverterError) -> SampleBuffer<S> {
  var converter = try RateConverter(
    from: inputRate, to: outputRate, channelCount: input.channelCount, format: S.format,
    quality: quality)
  let frameCount = RateConverter.frameCount(
    for: input.frameCount, from: inputRate, to: outputRate)
  var output = SampleBuffer<S>(
    frameCount: frameCount, channelCount: input.channelCount, sampleRate: outputRate)
  var span = output.samples.mutableSpan
  var bytes = unsafe span.mutableBytes
  let (_, produced) = try unsafe converter.convert(input.samples.span.bytes, into: &bytes)
  _ = try converter.finish(into: &bytes, after: produced)
  return output
}
