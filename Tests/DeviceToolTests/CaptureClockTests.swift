import Testing

@testable import DeviceTool

@Suite struct CaptureClockTests {
  private func isClose(_ time: Double?, _ expected: Double, within: Double = 1e-6) -> Bool {
    time.map { abs($0 - expected) < within } ?? false
  }

  @Test func framesCountOnFromTheFirstBlock() {
    var clock = CaptureClock(rate: 1000)
    #expect(!clock.isSet && clock.time(of: 0) == nil)
    clock.observe(500, at: 100.5)
    #expect(isClose(clock.time(of: 0), 100) && isClose(clock.time(of: 2000), 102))
  }

  @Test func lostAndPausedTimeIsTime() {
    var clock = CaptureClock(rate: 1000)
    clock.skip(7)
    clock.observe(0, at: 100)
    clock.skip(3000)
    #expect(isClose(clock.time(of: 0), 103))
  }

  /// A loss that only the clock shows becomes known many blocks later, when their times have already
  /// corrected most of it.
  @Test(arguments: [0, 1, 100]) func aGapThatIsFoundLateCountsOnce(blockCount: Int) {
    var clock = CaptureClock(rate: 48_000)
    func observe(_ block: Int, lost: Int) {
      clock.observe(block * 256, at: 100 + Double(block * 256 + lost) / 48_000)
    }
    for block in 0..<100 { observe(block, lost: 0) }
    for block in 100..<100 + blockCount { observe(block, lost: 1024) }
    clock.skip(1024, observationCount: blockCount)
    #expect(isClose(clock.time(of: 0), 100 + 1024.0 / 48_000))
  }

  @Test func aLongGapThatIsFoundLateIsKnownAlready() {
    var clock = CaptureClock(rate: 1000)
    clock.observe(0, at: 100)
    clock.observe(100, at: 102.1)
    clock.skip(2000, observationCount: 1)
    #expect(isClose(clock.time(of: 100), 102.1))
  }

  @Test func jitterIsSmoothedAndDriftFollowed() {
    var clock = CaptureClock(rate: 1000)
    // 100 ppm fast, and each callback up to 5 ms late.
    for block in 0..<10_000 {
      let jitter = Double(block * 7919 % 11) * 0.0005
      clock.observe(block * 100, at: 100 + Double(block) * 0.1 * 0.9999 + jitter)
    }
    let last = 9_999 * 100
    #expect(isClose(clock.time(of: last), 100 + 999.9 * 0.9999 + 0.0025, within: 0.003))
  }

  @Test func aClockThatWasSetIsFollowedAtOnce() {
    var clock = CaptureClock(rate: 1000)
    clock.observe(0, at: 100)
    clock.observe(100, at: 3700.1)
    #expect(isClose(clock.time(of: 100), 3700.1))
  }
}
