import PCM
import Testing

@Suite struct SampleConverterTests {
  /// Every pair of encodings against a plain model, with all edge cases, unaligned memory, and
  /// counts around the converter's chunk sizes.
  @Test(arguments: SampleEncoding.allCases)
  func everyPairMatchesTheModel(_ from: SampleEncoding) {
    let source = material(from)
    for to in SampleEncoding.allCases where to != from {
      let found = convert(source, from, to)
      let expected = source.chunks(from.byteCount).map { model($0, from, to) }
      #expect(found.bytes == expected.flatMap(\.bytes), "\(from) to \(to)")
      let clipped = from.isFloat && !to.isFloat ? expected.count { $0.isBeyond } : 0
      #expect(found.clipped == clipped, "\(from) to \(to)")
    }
    #expect(convert(source, from, from).bytes == source)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 4097])
  func everyCount(_ count: Int) {
    let samples = (0..<count).map { Float($0 % 251) / 251 - 0.5 }
    for encoding in [SampleEncoding.s16be, .s24le, .s24be, .f64be, .ulaw] {
      let there = convert(bytes(samples), .init(.float32), encoding)
      let frames = there.bytes.chunks(encoding.byteCount)
      let native = SampleEncoding(.float32)
      let expected = bytes(samples).chunks(4).map { model($0, native, encoding).bytes }
      #expect(frames == expected)
    }
  }

  @Test func unalignedMemory() {
    let source = [0] + bytes([0.5, -0.25, 1] as [Float])
    for encoding in SampleEncoding.allCases {
      var target = [UInt8](repeating: 0, count: 1 + 3 * encoding.byteCount)
      var converter = SampleConverter(from: .init(.float32), to: encoding, dither: false)
      unsafe target.withUnsafeMutableBytes { buffer in
        var room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).mutableBytes
        unsafe converter.convert(source.span.bytes.extracting(1..<13), into: &room)
      }
      #expect(
        target[1...].elementsEqual(
          convert(Array(source[1...]), .init(.float32), encoding).bytes))
    }
  }

  /// All values of up to 24 bits through floating point; every 61st in a debug build, where a
  /// sample takes a thousand times as long.
  @Test func integersComeBackFromFloats() {
    #if DEBUG
      let step = 61
    #else
      let step = 1
    #endif
    let all = stride(from: -0x80_0000, through: 0x7F_FFFF, by: step).map { Int24($0) } + [.max]
    let floats = convert(all, to: Float.self).samples
    #expect(floats.first == -1 && floats.last == Float(0x7F_FFFF) / 0x80_0000)
    #expect(convert(floats, to: Int24.self).samples == all)
    #expect(convert(convert(all, to: Double.self).samples, to: Int24.self).samples == all)
    let shorts = Array(Int16.min...Int16.max)
    #expect(convert(convert(shorts, to: Float.self).samples, to: Int16.self).samples == shorts)
    #expect(convert(convert(shorts, to: Int32.self).samples, to: Int16.self).samples == shorts)
    let octets = Array(UInt8.min...UInt8.max)
    #expect(convert(convert(octets, to: Float.self).samples, to: UInt8.self).samples == octets)
    #expect(convert(convert(octets, to: Int8.self).samples, to: UInt8.self).samples == octets)
  }

  @Test func longIntegersComeBackFromDoubles() {
    var state: UInt32 = 1
    var longs: [Int32] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    for _ in 0..<20_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      longs.append(Int32(bitPattern: state))
    }
    #expect(convert(convert(longs, to: Double.self).samples, to: Int32.self).samples == longs)
  }

  @Test func roundsToEven() {
    let halves: [Double] = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.499, 0.501, 32766.5, -32767.5]
    let found = convert(halves.map { $0 / 32768 }, to: Int16.self)
    #expect(found.samples == [0, 2, 2, 0, -2, -2, 0, 1, 32766, -32768])
    let longs: [Int32] = [0x8000, 0x18000, -0x8000, -0x18000, 0x7FFF, 0x8001, .max, .min]
    #expect(convert(longs, to: Int16.self).samples == [0, 2, 0, -2, 0, 1, .max, .min])
  }

  @Test(arguments: [true, false])
  func neverWraps(_ dither: Bool) {
    let beyond: [Float] = [
      1, -1, 1.0001, -1.0001, 2, -2, 1e9, -1e9, 1e38, .infinity, -.infinity, .nan, -.nan,
    ]
    func check<T: Sample & FixedWidthInteger>(_ type: T.Type) {
      let found = convert(beyond, to: T.self, dither: dither)
      #expect(found.clipped == 9)
      for (value, sample) in zip(beyond, found.samples) {
        if value > 1 { #expect(sample >= T.max - 1, "\(value)") }
        if value < -1 { #expect(sample <= T.min + 1, "\(value)") }
        if value.isNaN && !dither { #expect(sample == T.silence) }
      }
      if !dither { #expect(found.samples.prefix(2) == [T.max, T.min]) }
    }
    check(UInt8.self)
    check(Int8.self)
    check(Int16.self)
    check(Int32.self)
    let packed = convert(beyond, to: Int24.self)
    #expect(packed.samples.prefix(4) == [.max, .min, .max, .min])
    #expect(packed.clipped == 9)
  }

  @Test func countsClipsAcrossCalls() {
    var converter = SampleConverter(from: .f32le, to: .s16le, dither: false)
    var target = [Int16](repeating: 0, count: 5000)
    for _ in 0..<3 {
      var span = target.mutableSpan
      converter.convert([Float](repeating: 2, count: 5000).span, into: &span)
    }
    #expect(converter.clippedCount == 15_000)
  }

  @Test func clipsFloatsWhenAsked() {
    let source: [Float] = [0.1, 1, -1, 1.5, -1.5, .infinity, .nan]
    let clipped = convert(source, to: Float.self, clip: true)
    #expect(clipped.samples == [0.1, 1, -1, 1, -1, 1, 0])
    #expect(clipped.clipped == 3)
    let wide = convert(source, to: Double.self, clip: true)
    #expect(wide.samples == [Double(Float(0.1)), 1, -1, 1, -1, 1, 0])
    #expect(wide.clipped == 3)
    let free = convert(source, to: Double.self)
    #expect(free.samples.prefix(6) == [Double(Float(0.1)), 1, -1, 1.5, -1.5, .infinity])
    #expect(free.samples[6].isNaN && free.clipped == 0)
  }

  @Test func copiesFloatsByteForByte() {
    let payload = [Float(bitPattern: 0x7FA1_2345), -0, 3]
    #expect(bytes(convert(payload, to: Float.self).samples) == bytes(payload))
    #expect(convert([1 + 0x1p-40, 0.1] as [Double], to: Float.self).samples == [1, Float(0.1)])
    #expect(SampleConverter(from: .f32le, to: .f32le, dither: true).isCopy)
    #expect(!SampleConverter(from: .f32le, to: .f32le, dither: true, clip: true).isCopy)
    #expect(!SampleConverter(from: .f32le, to: .f32be, dither: true).isCopy)
  }

  @Test func leavesTheRestOfTheTargetAlone() {
    var target: [Int16] = [9, 9, 9]
    var span = target.mutableSpan
    var converter = SampleConverter(from: .s8, to: .init(.int16), dither: false)
    converter.convert(([1] as [Int8]).span, into: &span)
    #expect(target == [256, 9, 9])
  }
}
