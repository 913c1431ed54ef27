import PCM
import Testing

@Suite struct SampleTests {
  private func check<S: Sample>(_ type: S.Type, _ format: SampleFormat) {
    #expect(S.format == format)
    #expect(MemoryLayout<S>.size == format.byteCount)
    #expect(MemoryLayout<S>.stride == format.byteCount)
    let silence = bytes([S.silence])
    #expect(silence.allSatisfy { $0 == SampleEncoding(format).silentByte })
  }

  @Test func memoryIsTheFormat() {
    check(UInt8.self, .uint8)
    check(Int8.self, .int8)
    check(Int16.self, .int16)
    check(Int24.self, .int24)
    check(Int32.self, .int32)
    check(Float.self, .float32)
    check(Double.self, .float64)
  }
}
