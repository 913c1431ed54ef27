import Testing

@testable import SoundDevice

struct LagMeterTests {
  private let rate = 48_000.0

  /// Runs blocks of `period` frames at these times and returns the losses found, by block.
  private func losses(_ tolerance: Double = 0, period: Int = 256, at times: [Double]) -> [Int:
    HostLoss]
  {
    var meter = LagMeter(sampleRate: rate, tolerance: tolerance)
    var found: [Int: HostLoss] = [:]
    for (index, now) in times.enumerated() {
      let loss = meter.advance(period, period: period, now: now)
      if loss.frameCount > 0 { found[index] = loss }
    }
    return found
  }

  private func times(_ count: Int, period: Int = 256, from start: Double = 5) -> [Double] {
    (0..<count).map { start + Double($0 * period) / rate }
  }

  /// A server that changes its latency comes later from then on, and loses nothing. More than it
  /// can change is a loss, in full.
  @Test func aChangeOfLatencyIsNoLoss() {
    func later(by periods: Int) -> Int {
      let late = times(800, from: 5 + Double((400 + periods) * 256) / rate)
      return losses(0.15, at: times(400) + late).values.reduce(0) { $0 + $1.frameCount }
    }
    #expect(later(by: 28) == 0)
    #expect(later(by: 29) == 29 * 256)
  }

  /// A callback that comes late and is made up for, clocks that drift, a buffer filled first.
  @Test func jitterDriftAndBurstsAreNoLosses() {
    var jitter = times(2000)
    for index in jitter.indices where index % 7 != 0 { jitter[index] += 0.02 }
    #expect(losses(at: jitter).isEmpty)
    for drift in [0.999, 0.9995, 1.0005] {
      let drifting = (0..<20_000).map { 5 + Double($0 * 64) / rate * drift }
      #expect(losses(period: 64, at: drifting).isEmpty, "drift \(drift)")
    }
    let burst = [Double](repeating: 5, count: 40) + times(1000)
    #expect(losses(at: burst).isEmpty)
  }

  /// Single periods that are missed at random, while every callback is late by up to most of a
  /// period: each is found within a second, in full, where it was.
  @Test(arguments: [64, 256, 1024]) func missedPeriodsAreFoundWhereTheyWere(period: Int) {
    var random = SeededNumbers(seed: UInt64(period))
    let length = Double(period) / rate
    var now = 5.0
    var times: [Double] = []
    var missed: [Int] = []
    while missed.count < 1000 {
      let run = Int(1.2 / length) + Int.random(in: 0..<200, using: &random)
      for _ in 0..<run {
        // Punctual callbacks are frequent, as of a thread that mostly gets the processor.
        let late = Double.random(in: 0...1, using: &random)
        times.append(now + late * late * late * 0.9 * length)
        now += length
      }
      missed.append(times.count)
      now += length
    }
    for _ in 0..<Int(1.2 / length) {
      times.append(now)
      now += length
    }
    let found = losses(period: period, at: times)
    #expect(found.values.reduce(0) { $0 + $1.frameCount } == missed.count * period)
    #expect(found.allSatisfy { $0.value.frameCount == period && $0.value.age <= 48_000 })
    let places = found.map { $0.key - $0.value.age / period }.sorted()
    // Late callbacks right before the loss look like its beginning.
    let errors = zip(places, missed).map { abs($0 - $1) }
    #expect((errors.max() ?? .max) <= 4)
  }

  /// Hours of jitter without a loss: never a false alarm.
  @Test(arguments: [64, 256, 1024]) func jitterIsNeverALoss(period: Int) {
    var random = SeededNumbers(seed: 7)
    let length = Double(period) / rate
    var late = 0.0
    // One simulated hour; a callback may come a period late, and delays last for a while.
    let hour = (0..<Int(3600 / length)).lazy.map { index -> Double in
      if Int.random(in: 0..<50, using: &random) == 0 {
        late = Double.random(in: 0...0.99, using: &random)
      }
      late *= 0.9
      return 5 + (Double(index) + late) * length
    }
    var meter = LagMeter(sampleRate: rate)
    var alarms = 0
    for now in hour where meter.advance(period, period: period, now: now).frameCount > 0 {
      alarms += 1
    }
    #expect(alarms == 0)
  }

  @Test func aFlagTakesTheWholePeriodsThatTheClockShows() {
    var meter = LagMeter(sampleRate: rate)
    for now in times(100) { _ = meter.advance(256, period: 256, now: now) }
    // Two periods are missing, and the callback is late as well.
    _ = meter.advance(256, period: 256, now: 5 + (102 + 0.8) * 256 / rate)
    let loss = meter.takeFlagged(period: 256)
    #expect(loss.frameCount == 512 && loss.isEstimated && loss.age == 0)
    let rest = times(1000, from: 5 + 103 * 256 / rate)
    #expect(rest.allSatisfy { meter.advance(256, period: 256, now: $0).frameCount == 0 })
  }

  /// A callback that is more than a period late looks like a loss, which the next one then pays.
  @Test func whatIsTakenForLostAndComesLateIsOwed() {
    var meter = LagMeter(sampleRate: rate)
    func run(_ count: Int, from periods: Int) -> Int {
      times(count, from: 5 + Double(periods * 256) / rate).reduce(0) {
        $0 + meter.advance(256, period: 256, now: $1).frameCount
      }
    }
    #expect(run(100, from: 0) == 0)
    _ = meter.advance(256, period: 256, now: 5 + 101.2 * 256 / rate)
    #expect(meter.takeFlagged(period: 256).frameCount == 256)
    #expect(run(300, from: 101) == 0)
    #expect(run(300, from: 404) == 2 * 256)
    #expect(run(300, from: 705) == 256)
  }

  /// A clock that jumps by more than can be lost.
  @Test func anImpossibleJumpIsNoLoss() {
    #expect(losses(at: times(400) + times(400, from: 5000)).isEmpty)
  }
}
