/// Integers to integers of the same width or wider: exact.
@inline(never)
func widen<S: IntegerCoding, T: IntegerCoding>(_: S.Type, _: T.Type, _ job: Job) {
  let shift = T.bitCount &- S.bitCount
  for i in 0..<(unsafe job.count) {
    let value = unsafe S.load(job.source(S.self, i))
    unsafe T.store(value &<< shift, job.target(T.self, i))
  }
}

/// Integers to integers of fewer bits, rounded.
@inline(never)
func narrow<S: IntegerCoding, T: IntegerCoding>(_: S.Type, _: T.Type, _ job: Job) {
  let shift = S.bitCount &- T.bitCount
  for i in 0..<(unsafe job.count) {
    let value = unsafe S.load(job.source(S.self, i))
    let remainder = value & ((1 &<< shift) &- 1)
    let rounded = round(value &>> shift, remainder: remainder, shift: shift)
    unsafe T.store(clamp(rounded, T.bitCount), job.target(T.self, i))
  }
}

/// Integers to integers of fewer bits, with noise of one step of the target.
@inline(never)
func narrowDithered<S: IntegerCoding, T: IntegerCoding>(
  _: S.Type, _: T.Type, _ job: Job, _ state: inout ConversionState
) {
  let shift = S.bitCount &- T.bitCount
  let mask = ((1 as Int32) &<< shift) &- 1
  _ = unsafe withNoise(job.count, &state.noise) { words, range in
    for i in range {
      let value = unsafe S.load(job.source(S.self, i))
      let word = unsafe words[i &- range.lowerBound]
      // Only the lost bits get the noise, since the whole value might overflow.
      let low = (value & mask) &+ NoiseSource.triangle(word, shift: shift)
      let high = (value &>> shift) &+ (low &>> shift)
      let rounded = round(high, remainder: low & mask, shift: shift)
      unsafe T.store(clamp(rounded, T.bitCount), job.target(T.self, i))
    }
    return 0
  }
}

/// `quotient` + `remainder` / 2^`shift` as the nearest integer, ties to even.
@inline(__always)
private func round(_ quotient: Int32, remainder: Int32, shift: Int32) -> Int32 {
  let half = (1 as Int32) &<< (shift &- 1)
  return quotient &+ ((remainder &+ (quotient & 1) &+ half &- 1) &>> shift)
}

/// The value clamped to `bitCount` signed bits.
@inline(__always)
private func clamp(_ value: Int32, _ bitCount: Int32) -> Int32 {
  let high = Int32.max &>> (32 &- bitCount)
  let below = value > high ? high : value
  return below < ~high ? ~high : below
}
