import Testing

@testable import SoundDevice

struct LossEstimatorTests {
  private let rate = 48_000.0

  /// Runs blocks of 256 frames at these times and returns what was found lost at each.
  private func losses(
    _ evidence: LossEvidence = .flags, flags: Set<Int> = [], inputTimes: [Double]? = nil,
    at times: [Double]
  ) -> [(input: HostLoss, output: HostLoss)] {
    var estimator = LossEstimator(sampleRate: rate, evidence: evidence)
    return times.enumerated().map { index, now in
      estimator.losses(
        flags.contains(index) ? [.inputOverflow, .outputUnderflow] : [],
        inputTime: inputTimes?[index] ?? now, frameCount: 256, period: 256, now: now)
    }
  }

  private func lost(
    _ evidence: LossEvidence = .flags, flags: Set<Int> = [], inputTimes: [Double]? = nil,
    at times: [Double]
  ) -> [Int] {
    losses(evidence, flags: flags, inputTimes: inputTimes, at: times).map { $0.input.frameCount }
  }

  private func times(_ count: Int, from start: Double = 5) -> [Double] {
    (0..<count).map { start + Double($0 * 256) / rate }
  }

  @Test func aFlagIsAsManyPeriodsAsTheTimeJumped() {
    let found = lost(flags: [10], at: times(10) + times(10, from: 5 + Double(13 * 256) / rate))
    #expect(found[10] == 3 * 256 && found.reduce(0, +) == 3 * 256)
  }

  @Test(arguments: [Double.nan, -Double.infinity, 1e300, -4e9, 0])
  func aTimeThatCannotBeIsOnePeriod(time: Double) {
    var inputTimes = times(10)
    inputTimes[5] = time
    let found = lost(flags: [5, 6], inputTimes: inputTimes, at: times(10))
    #expect(found == [0, 0, 0, 0, 0, 256, 256, 0, 0, 0])
  }

  @Test(arguments: [LossEvidence.flags, .flagsAndClock()])
  func aFlagOnTheFirstBlockIsOfTheTimeBefore(evidence: LossEvidence) {
    let found = losses(evidence, flags: [0], at: times(3))
    #expect(found.allSatisfy { $0.input.frameCount == 0 && $0.output.frameCount == 0 })
  }

  @Test func withoutAFlagTheTimeAloneSaysNothing() {
    #expect(lost(at: times(10) + times(10, from: 9)).allSatisfy { $0 == 0 })
  }

  @Test func theClockShowsWhatNoFlagDoes() {
    let late = times(800, from: 5 + Double((400 + 20) * 256) / rate)
    for evidence in [LossEvidence.clock(latencyChange: 0), .flagsAndClock()] {
      let found = losses(evidence, at: times(400) + late)
      #expect(found.filter { $0.input.frameCount > 0 }.count == 1)
      #expect(found.reduce(0) { $0 + $1.input.frameCount } == 20 * 256)
      #expect(found.allSatisfy { $0.input.frameCount == $0.output.frameCount })
    }
  }

  /// JACK's flag comes a period after the loss: the clock knows its length and its place.
  @Test(arguments: [1, 2, 7]) func aFlagThatComesLateFindsItsLoss(periods: Int) throws {
    let late = times(200, from: 5 + Double((200 + periods) * 256) / rate)
    let found = losses(.flagsAndClock(), flags: [201], at: times(200) + late)
    #expect(found[201].input.frameCount == periods * 256 && found[201].input.age == 256)
    #expect(found[201].output.frameCount == periods * 256)
    #expect(found.reduce(0) { $0 + $1.input.frameCount } == periods * 256)
    #expect(found.reduce(0) { $0 + $1.output.frameCount } == periods * 256)
  }

  /// A JACK server reports an xrun to all clients, whichever was late.
  @Test func aFlagWhileNothingWasLateIsOfAnotherClient() {
    let found = losses(.flagsAndClock(), flags: [200], at: times(400))
    #expect(found.allSatisfy { $0.input.frameCount == 0 && $0.output.frameCount == 0 })
  }

  /// An xrun that only made output late takes nothing from the input.
  @Test func aFlagWithoutALossInTheClockIsLateOutput() {
    var times = times(400)
    times[198] += 240 / rate
    let found = losses(.flagsAndClock(), flags: [200, 300], at: times)
    #expect(found.reduce(0) { $0 + $1.input.frameCount } == 0)
    #expect(found[200].output.frameCount == 256)
    #expect(found.reduce(0) { $0 + $1.output.frameCount } == 256)
  }

  /// The flag may even come before the callback that shows the loss; the output is counted once.
  @Test func aFlagThatComesEarlyIsCountedOnce() {
    let late = times(200, from: 5 + Double((200 + 2) * 256) / rate)
    let found = losses(.flagsAndClock(), flags: [199], at: times(200) + late)
    #expect(found.reduce(0) { $0 + $1.input.frameCount } == 2 * 256)
    #expect(found.reduce(0) { $0 + $1.output.frameCount } == 2 * 256)
  }
}
