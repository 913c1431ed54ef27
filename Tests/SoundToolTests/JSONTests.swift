import Testing

@testable import SoundTool

@Suite struct JSONTests {
  @Test func numbersStringsAndNothing() {
    #expect(JSON.number(48000).line == "48000")
    #expect(JSON.number(0.25).line == "0.25")
    #expect(JSON.optional(Double.infinity).line == "null")
    #expect(JSON.optional(Int?.none).line == "null")
    #expect(JSON.bool(true).line == "true")
    #expect(JSON.string("a\"b\\c\n\t\u{1}é").line == #""a\"b\\c\n\t\u0001é""#)
  }

  @Test func keysKeepTheirOrder() {
    let value = JSON.object([
      .init("b", .integer(1)), .init("a", .array([.null, .object([]), .array([])])),
    ])
    #expect(value.line == #"{"b":1,"a":[null,{},[]]}"#)
    #expect(
      value.pretty == """
        {
          "b": 1,
          "a": [
            null,
            {},
            []
          ]
        }
        """)
  }
}
