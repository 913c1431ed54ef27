import PCM
import Testing

@Suite struct SampleEncodingTests {
  @Test(arguments: SampleFormat.allCases)
  func nativeEncodingsHaveTheirFormat(_ format: SampleFormat) {
    let encoding = SampleEncoding(format)
    #expect(encoding.format == format)
    #expect(encoding.byteCount == format.byteCount)
    #expect(encoding.isFloat == format.isFloat)
    #expect(encoding.isInteger == !format.isFloat)
  }

  @Test func foreignAndCompandedEncodingsHaveNoFormat() {
    let formats = SampleEncoding.allCases.filter { $0.format != nil }
    #expect(formats.count == 7)
    #expect(SampleEncoding.ulaw.format == nil)
    #expect(SampleEncoding.s16le.format == nil || SampleEncoding.s16be.format == nil)
  }

  @Test func widths() {
    #expect(
      SampleEncoding.allCases.map(\.byteCount) == [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 8, 8, 1, 1])
    #expect(
      SampleEncoding.allCases.map(\.significantBits) == [
        8, 8, 16, 16, 24, 24, 32, 32, 24, 24, 53, 53, 14, 13,
      ])
    #expect(SampleEncoding.allCases.filter(\.isCompanded) == [.ulaw, .alaw])
    #expect(SampleEncoding.allCases.filter(\.isFloat) == [.f32le, .f32be, .f64le, .f64be])
  }

  /// Compares `holds` with an actual conversion there and back.
  @Test(arguments: SampleEncoding.allCases)
  func heldSamplesComeBack(_ encoding: SampleEncoding) {
    let material: [Double] = [0, 0.5, -1, 0x1.23456789abcdep-2, -0x1.f0f0f0f0f0f0fp-3, 0.7]
    for other in SampleEncoding.allCases {
      let source = convert(convert(bytes(material), .init(.float64), other).bytes, other, other)
      let back = convert(convert(source.bytes, other, encoding).bytes, encoding, other)
      if encoding.holds(other) { #expect(back.bytes == source.bytes, "\(other) by \(encoding)") }
      if encoding.byteCount < other.byteCount && other.isInteger && encoding.isInteger {
        #expect(back.bytes != source.bytes, "\(other) by \(encoding)")
        #expect(!encoding.holds(other))
      }
    }
    #expect(encoding.holds(encoding))
  }

  @Test func companded() {
    #expect(SampleEncoding.s16le.holds(.ulaw))
    #expect(SampleEncoding.f32be.holds(.alaw))
    #expect(!SampleEncoding.ulaw.holds(.alaw))
    #expect(!SampleEncoding.s32le.holds(.f32le))
    #expect(!SampleEncoding.f32le.holds(.s32le))
  }

  @Test(arguments: SampleEncoding.allCases)
  func silence(_ encoding: SampleEncoding) {
    var target = [UInt8](repeating: 7, count: 2 * encoding.byteCount)
    var span = target.mutableSpan
    var room = unsafe span.mutableBytes
    encoding.fillSilence(&room)
    #expect(target == convert([0, 0] as [UInt8], .s8, encoding).bytes)
    #expect(target.allSatisfy { $0 == encoding.silentByte })
  }
}
