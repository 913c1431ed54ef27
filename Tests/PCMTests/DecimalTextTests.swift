import Testing

@testable import PCM

@Suite struct DecimalTextTests {
  @Test func decimals() {
    #expect(decimal("5") == 5)
    #expect(decimal("1.5") == 1.5)
    #expect(decimal(".5") == 0.5)
    #expect(decimal("5.") == 5)
    #expect(decimal("007.250") == 7.25)
    #expect(decimal("0.1") == 0.1)
    #expect(decimal(String(repeating: "9", count: 400)) == .infinity)
    #expect(decimal("0." + String(repeating: "0", count: 400) + "1") == 0)
  }

  @Test(arguments: [
    "", ".", "-1", "+1", "1e3", "0x10", "inf", "nan", "1,5", " 1", "1 ", "1.2.3", "١", "1_000",
  ])
  func otherText(_ text: String) {
    #expect(decimal(text) == nil)
  }

  @Test func wholeNumbers() {
    #expect(wholeNumber("0") == 0)
    #expect(wholeNumber("0042") == 42)
    #expect(wholeNumber("99999999999999999999") == .max)
    for text in ["", "-1", "+1", "1.0", "1e3", "٣"] { #expect(wholeNumber(text) == nil) }
  }
}
