import Testing

@testable import SoundDevice

struct StreamWatchTests {
  typealias Signs = StreamWatch.Signs

  private func watch(
    stall: Double = 2, silence: Double = 0, latency: Double = 0.1, rate: Double = 1000
  ) -> StreamWatch {
    StreamWatch(
      .init(stallTime: stall, longestSilence: silence, latency: latency, sampleRate: rate),
      signs: Signs(), at: 10)
  }

  @Test func framesAreLife() {
    var watch = watch()
    #expect(!watch.hasBegun)
    for step in 1...100 {
      let verdict = watch.look(
        at: Signs(frameCount: step * 200, period: 200), time: 10 + Double(step) / 5)
      #expect(verdict == .fine)
    }
    #expect(watch.hasBegun)
  }

  @Test func silenceIsAskedAboutThenLost() {
    var watch = watch()
    let signs = Signs(frameCount: 400, period: 100)
    #expect(watch.look(at: signs, time: 10.2) == .fine)
    #expect(watch.look(at: signs, time: 10.2) == .fine)
    #expect(watch.look(at: signs, time: 10.4) == .ask)
    #expect(watch.look(at: signs, time: 12.1) == .ask)
    #expect(watch.look(at: signs, time: 12.3) == .lost)
  }

  @Test func theFirstCallbackMayNotTakeLonger() {
    var watch = watch()
    #expect(watch.look(at: Signs(), time: 11.9) == .ask)
    #expect(watch.look(at: Signs(), time: 12) == .lost)
    #expect(!watch.hasBegun)
  }

  /// The limit is the longest of stall time, the host's own silences, and four periods and a latency.
  @Test(arguments: [(2.0, 0.0, 100, 2.0), (0.1, 3, 100, 3), (0.1, 0, 1000, 4.1)])
  func theLimitIsTheLongest(stall: Double, silence: Double, period: Int, limit: Double) {
    var watch = watch(stall: stall, silence: silence)
    let signs = Signs(frameCount: 100, period: period)
    _ = watch.look(at: signs, time: 10)
    #expect(watch.look(at: signs, time: 10 + limit - 0.01) == .ask)
    #expect(watch.look(at: signs, time: 10 + limit + 0.01) == .lost)
  }

  @Test func aHundredthOfRealTimeIsLost() {
    var watch = watch()
    var verdicts: [StreamWatch.Verdict] = []
    for step in 1...20 {
      verdicts.append(
        watch.look(at: Signs(frameCount: step * 2, period: 2), time: 10 + Double(step) / 5))
    }
    #expect(verdicts.firstIndex(of: .lost) == 9)
  }

  @Test func aFifthOfRealTimeIsFine() {
    var watch = watch()
    for step in 1...100 {
      #expect(
        watch.look(at: Signs(frameCount: step * 40, period: 40), time: 10 + Double(step) / 5)
          == .fine)
    }
  }

  /// A host that is not bound to the clock waits for the program, however long that takes.
  @Test func waitingForTheProgramIsLife() {
    var watch = watch()
    for step in 1...100 {
      #expect(watch.look(at: Signs(waitCount: step), time: 10 + Double(step)) == .fine)
    }
  }

  @Test func theEndComesByOurOwnClock() {
    var watch = watch(latency: 0.5)
    let signs = Signs(frameCount: 900, period: 100, isFinishing: true)
    #expect(watch.look(at: signs, time: 11) == .ask)
    #expect(watch.look(at: signs, time: 11.55) == .ask)
    #expect(watch.look(at: signs, time: 11.65) == .finish)
    #expect(watch.look(at: signs, time: 13.55) == .finish)
    // 0.6 s are pending, and 2 s more are the host's to answer.
    #expect(watch.look(at: signs, time: 13.65) == .lost)
  }

  @Test func manyPortsMayTakeTheirTime() {
    var watch = StreamWatch(
      .init(stallTime: 1, sampleRate: 1000, channelCount: 10), signs: Signs(), at: 0)
    let signs = Signs(frameCount: 100, period: 100, isFinishing: true)
    #expect(watch.look(at: signs, time: 1) == .ask)
    // A period, the stall time, and four periods a port.
    #expect(watch.look(at: signs, time: 6) == .finish)
    #expect(watch.look(at: signs, time: 6.2) == .lost)
  }

  /// Frames that still come after the end change nothing.
  @Test func theEndIsCountedFromTheFirstSight() {
    var watch = watch(latency: 0)
    for step in 0..<5 {
      let signs = Signs(frameCount: 100 * step, period: 100, isFinishing: true)
      let verdict = watch.look(at: signs, time: 11 + 0.04 * Double(step))
      #expect(verdict == (step < 3 ? .ask : .finish))
    }
  }

  @Test func noRateIsNoTrap() {
    var watch = watch(rate: 0)
    #expect(watch.look(at: Signs(frameCount: 1, period: 1), time: 10.2) == .fine)
  }
}
