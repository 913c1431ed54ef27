import Testing

@testable import PCM

@Suite struct QuotingTests {
  @Test func keepsOneLine() {
    #expect(quoted("héllo 'x'") == "'héllo 'x''")
    #expect(quoted("a\nb\r\n\u{1B}[31m\u{0}\u{2028}") == "'a?b??\u{3F}[31m??'")
    #expect(quoted("") == "''")
  }
}
