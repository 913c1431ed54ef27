import Testing

@testable import SoundTool

@Suite struct RateLimitTests {
  @Test func oneMessagePerIntervalAndTheOthersCounted() {
    let limit = RateLimit(interval: 1)
    #expect(limit.pass(at: 100) == 0)
    #expect(limit.pass(at: 100) == nil)
    #expect(limit.pass(at: 100.9) == nil)
    #expect(limit.pass(at: 101) == 2)
    #expect(limit.pass(at: 103) == 0)
  }
}
