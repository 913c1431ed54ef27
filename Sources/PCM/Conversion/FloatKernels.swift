/// Integers to floating point; exact if the target has as many bits.
@inline(never)
func scale<S: IntegerCoding, T: FloatCoding>(_: S.Type, _: T.Type, _ job: Job) {
  let factor = T.Value.power(1 &- S.bitCount)
  for i in 0..<(unsafe job.count) {
    let value = unsafe S.load(job.source(S.self, i))
    unsafe T.store(T.Value(value) * factor, job.target(T.self, i))
  }
}

/// Floating point to integers, rounded and clipped.
@inline(never)
func quantize<S: FloatCoding, T: IntegerCoding>(
  _: S.Type, _: T.Type, _ job: Job, _ state: inout ConversionState
) {
  let factor = S.Value.power(T.bitCount &- 1)
  state.clippedCount += unsafe inChunks(job.count) { range in
    var clipped: Int32 = 0
    for i in range {
      let value = unsafe S.load(job.source(S.self, i)).number
      clipped &+= value.excess
      unsafe T.store(S.Value.integer(value * factor, T.bitCount), job.target(T.self, i))
    }
    return clipped
  }
}

/// Floating point to integers with noise of one step of the target, rounded and clipped.
///
/// `Work` must have bits to spare for the noise. A sample counts as clipped by its value before the
/// noise.
@inline(never)
func quantizeDithered<S: FloatCoding, T: IntegerCoding, Work: KernelFloat>(
  _: S.Type, _: T.Type, in _: Work.Type, _ job: Job, _ state: inout ConversionState
) {
  let factor = Work.power(T.bitCount &- 1)
  let step = Work.power(-16)
  state.clippedCount += unsafe withNoise(job.count, &state.noise) { words, range in
    var clipped: Int32 = 0
    for i in range {
      let value = unsafe Work(S.load(job.source(S.self, i)).wide).number
      clipped &+= value.excess
      let noise = unsafe Work(NoiseSource.triangle(words[i &- range.lowerBound])) * step
      let noisy = value * factor + noise
      unsafe T.store(Work.integer(noisy, T.bitCount), job.target(T.self, i))
    }
    return clipped
  }
}

/// Floating point to floating point, rounded to the target's precision.
@inline(never)
func recast<S: FloatCoding, T: FloatCoding>(_: S.Type, _: T.Type, _ job: Job) {
  for i in 0..<(unsafe job.count) {
    let value = unsafe S.load(job.source(S.self, i))
    unsafe T.store(T.Value(value.wide), job.target(T.self, i))
  }
}

/// Floating point to floating point within ±1, NaN as silence.
@inline(never)
func recastClipped<S: FloatCoding, T: FloatCoding>(
  _: S.Type, _: T.Type, _ job: Job, _ state: inout ConversionState
) {
  state.clippedCount += unsafe inChunks(job.count) { range in
    var clipped: Int32 = 0
    for i in range {
      let value = unsafe S.load(job.source(S.self, i)).number
      clipped &+= value.excess
      unsafe T.store(T.Value(value.clamped(-1, 1).wide), job.target(T.self, i))
    }
    return clipped
  }
}
