import Testing

@testable import PCM

@Suite struct DitherTests {
  /// The mean and variance of conversions of `value`, in steps of the target.
  private func moments<T: Sample & BinaryInteger>(
    _ value: Double, _ type: T.Type, bits: Int
  ) -> (mean: Double, variance: Double) {
    let scale = Double(1 << (bits - 1))
    let source = [Double](repeating: value / scale, count: 40_000)
    let found = convert(source, to: T.self, dither: true).samples.map { Double($0) }
    let mean = found.reduce(0, +) / Double(found.count)
    let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count)
    return (mean, variance)
  }

  /// Triangular noise of two steps makes the mean the value and the variance 1/4, wherever the
  /// value lies between the steps: 1/6 from the noise and 1/12 from the rounding.
  @Test(arguments: [0, 0.25, 0.5, -0.37, 10.8])
  func isTriangular(_ value: Double) {
    for (mean, variance) in [
      moments(value, Int8.self, bits: 8), moments(value, Int16.self, bits: 16),
      moments(value, Int32.self, bits: 32),
    ] {
      #expect(abs(mean - value) < 0.012)
      #expect(abs(variance - 0.25) < 0.015)
    }
  }

  @Test func staysWithinAStepAndAHalf() {
    let source = (0..<30_000).map { Double($0) / 40_000 - 0.4 }
    let found = convert(source, to: Int16.self, dither: true)
    for (value, sample) in zip(source, found.samples) {
      #expect(abs(Double(sample) - value * 32768) < 1.5)
    }
    #expect(found.clipped == 0)
  }

  @Test func narrowsIntegers() {
    func check<S: Sample & FixedWidthInteger & SignedInteger>(_ step: S) {
      let values: [S] = [0, step / 4, step / 2, -(step / 2) - step / 8, 100 * step + 1]
      for value in values {
        let source = [S](repeating: value, count: 40_000)
        let found = convert(source, to: Int8.self, dither: true).samples.map { Double($0) }
        let mean = found.reduce(0, +) / Double(found.count)
        #expect(abs(mean - Double(value) / Double(step)) < 0.012)
        #expect((found.max() ?? 0) - (found.min() ?? 0) <= 3)
      }
    }
    check(Int16(256))
    check(Int32(1 << 24))
  }

  @Test func fullScaleDoesNotWrapOrClip() {
    let loud = convert([Int32](repeating: .max, count: 1000), to: Int16.self, dither: true)
    #expect(loud.samples.allSatisfy { $0 >= 32766 } && loud.clipped == 0)
    let low = convert([Int32](repeating: .min, count: 1000), to: Int16.self, dither: true)
    #expect(low.samples.allSatisfy { $0 <= -32767 } && low.clipped == 0)
    let one = convert([Float](repeating: 1, count: 1000), to: Int24.self, dither: true)
    #expect(one.clipped == 0)
    #expect(one.samples.allSatisfy { $0 > Int24(0x7F_FFF0) })
  }

  /// Without lost bits there is no noise.
  @Test func onlyWhereBitsAreLost() {
    for from in SampleEncoding.allCases {
      for to in SampleEncoding.allCases {
        let converter = SampleConverter(from: from, to: to, dither: true)
        let isLossy = from.isFloat || from.significantBits > to.significantBits
        #expect(converter.dithers == (to.isInteger && isLossy), "\(from) to \(to)")
        #expect(!SampleConverter(from: from, to: to, dither: false).dithers)
      }
    }
  }

  @Test func theSameSeedGivesTheSameNoise() {
    let source = [Float](repeating: 0.1, count: 500)
    let first = convert(source, to: Int16.self, dither: true, seed: 1)
    #expect(convert(source, to: Int16.self, dither: true, seed: 1) == first)
    #expect(convert(source, to: Int16.self, dither: true, seed: 2) != first)
  }

  @Test(arguments: [1, 3, 8, 100, 248, 255, 257])
  func doesNotDependOnBlocks(_ size: Int) {
    let source = [Float](repeating: 0.1, count: 1000)
    for encoding in [SampleEncoding.s16le, .s24be] {
      var converter = SampleConverter(from: .init(.float32), to: encoding, dither: true)
      var pieces: [UInt8] = []
      for start in stride(from: 0, to: 1000, by: size) {
        let count = min(size, 1000 - start)
        var target = [UInt8](repeating: 0, count: count * encoding.byteCount)
        var span = target.mutableSpan
        var room = unsafe span.mutableBytes
        unsafe converter.convert(
          source.span.bytes.extracting(start * 4..<(start + count) * 4), into: &room)
        pieces += target
      }
      #expect(pieces == convert(bytes(source), .init(.float32), encoding, dither: true).bytes)
    }
  }

  @Test func trianglesOfAWord() {
    #expect(NoiseSource.triangle(0x0000_FFFF) == 65_535)
    #expect(NoiseSource.triangle(0xFFFF_0000) == -65_535)
    #expect(NoiseSource.triangle(0x0000_FFFF, shift: 8) == 255)
    #expect(NoiseSource.triangle(0xFFFF_0000, shift: 8) == -255)
    #expect(NoiseSource.triangle(0x0000_FFFF, shift: 16) == 65_535)
    #expect(NoiseSource.triangle(0x0000_FFFF, shift: 24) == 65_535 << 8)
  }
}
