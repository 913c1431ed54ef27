import Testing

@testable import SoundDevice

struct LossEstimatorTests {
  private let rate = 48_000.0

  /// Runs blocks of 256 frames at these times and returns what was lost before each.
  private func losses(
    infers: Bool = false, tolerance: Double = 0, flags: Set<Int> = [], inputTimes: [Double]? = nil,
    at times: [Double]
  ) -> [Int] {
    var estimator = LossEstimator(sampleRate: rate, infers: infers, tolerance: tolerance)
    return times.enumerated().map { index, now in
      estimator.loss(
        isFlagged: flags.contains(index), inputTime: inputTimes?[index] ?? now, frameCount: 256,
        period: 256, now: now
      ).frameCount
    }
  }

  private func times(_ count: Int, from start: Double = 5) -> [Double] {
    (0..<count).map { start + Double($0 * 256) / rate }
  }

  @Test func aFlagIsAsManyPeriodsAsTheTimeJumped() {
    let early = times(10)
    let late = times(10, from: 5 + Double(13 * 256) / rate)
    let found = losses(flags: [10], at: early + late)
    #expect(found[10] == 3 * 256 && found.reduce(0, +) == 3 * 256)
  }

  @Test(arguments: [Double.nan, -Double.infinity, 1e300, -4e9, 0])
  func aTimeThatCannotBeIsOnePeriod(time: Double) {
    var inputTimes = times(10)
    inputTimes[5] = time
    let found = losses(flags: [5, 6], inputTimes: inputTimes, at: times(10))
    #expect(found == [0, 0, 0, 0, 0, 256, 256, 0, 0, 0])
  }

  @Test func aFlagOnTheFirstBlockIsOfTheTimeBefore() {
    #expect(losses(flags: [0], at: times(3)) == [0, 0, 0])
  }

  @Test func withoutAFlagTheTimeAloneTellsNothing() {
    #expect(losses(at: times(10) + times(10, from: 9)).allSatisfy { $0 == 0 })
  }

  /// Where no flag ever comes, a lasting step of the clock is a loss, found once and in full.
  @Test func theClockTellsWhatNoFlagDoes() {
    let late = times(800, from: 5 + Double((400 + 20) * 256) / rate)
    let found = losses(infers: true, at: times(400) + late)
    #expect(found.reduce(0, +) == 20 * 256)
    #expect(found.filter { $0 > 0 }.count == 1)
  }

  /// A server that changes its latency comes later from then on, and loses nothing. More than it
  /// can change is a loss, in full.
  @Test func aChangeOfLatencyIsNoLoss() {
    func later(by periods: Int) -> [Int] {
      let late = times(800, from: 5 + Double((400 + periods) * 256) / rate)
      return losses(infers: true, tolerance: 0.15, at: times(400) + late)
    }
    #expect(later(by: 28).allSatisfy { $0 == 0 })
    #expect(later(by: 29).reduce(0, +) == 29 * 256)
  }

  /// A callback that comes late and is made up for, clocks that drift, a buffer filled first.
  @Test func jitterDriftAndBurstsAreNoLosses() {
    var jitter = times(2000)
    for index in jitter.indices where index % 7 != 0 { jitter[index] += 0.02 }
    #expect(losses(infers: true, at: jitter).allSatisfy { $0 == 0 })
    let drifting = (0..<4000).map { 5 + Double($0 * 256) / rate * 1.0005 }
    #expect(losses(infers: true, at: drifting).allSatisfy { $0 == 0 })
    let burst = [Double](repeating: 5, count: 40) + times(1000)
    #expect(losses(infers: true, at: burst).allSatisfy { $0 == 0 })
  }
}
