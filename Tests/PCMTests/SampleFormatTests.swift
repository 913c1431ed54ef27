import PCM
import Testing

@Suite struct SampleFormatTests {
  @Test func namesAndWidths() {
    let expected: [(SampleFormat, String, Int, Bool)] = [
      (.uint8, "uint8", 1, false), (.int8, "int8", 1, false), (.int16, "int16", 2, false),
      (.int24, "int24", 3, false), (.int32, "int32", 4, false), (.float32, "float32", 4, true),
      (.float64, "float64", 8, true),
    ]
    #expect(expected.map(\.0) == SampleFormat.allCases)
    for (format, name, byteCount, isFloat) in expected {
      #expect(format.name == name)
      #expect("\(format)" == name)
      #expect(format.byteCount == byteCount)
      #expect(format.isFloat == isFloat)
    }
  }
}
