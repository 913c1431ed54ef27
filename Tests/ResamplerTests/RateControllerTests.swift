import Testing

@testable import Resampler

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A writer, a pipe without end and a device, in frames of the device's clock.
private struct Line {
  static let rate = 48_000.0
  static let block = 256.0

  /// How the writer writes.
  struct Writer {
    /// Its clock beside the device's, in millionths.
    var drift = 0.0
    /// Frames at once.
    var burst = 256.0
    /// Seconds at which it writes nothing, and then all that it owes.
    var stall: Range<Double>?
    /// Whether what it owes is lost.
    var stallLoses = false
    /// Most seconds by which a write is late, at random.
    var jitter = 0.0
    /// Whether it writes as long as there is room.
    var waitsForUs = false
  }

  var controller: RateController
  let writer: Writer
  let capacity: Double
  var fill = 0.0
  var inserted = 0.0
  var lastInserted = 0.0
  var dropped = 0.0
  /// Mean fills of a second.
  var means: [Double] = []
  var lockedAt: Double?

  private var time = 0.0
  private var written = 0.0
  private var nextWrite: Double
  private var seed: UInt64 = 1
  private var sum = 0.0
  private var sumTime = 0.0

  init(target: Double, capacity: Double = rate, _ writer: Writer) {
    controller = RateController(target: target, period: Self.block, rate: Self.rate)
    self.writer = writer
    self.capacity = capacity
    nextWrite = writer.burst
  }

  private mutating func random() -> Double {
    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(seed >> 11) / Double(1 << 53)
  }

  mutating func run(seconds: Double, step: Double = 97) {
    let end = time + seconds * Self.rate
    while time < end {
      time += step
      if fill < step {
        if written > 0 {
          inserted += step - fill
          lastInserted = time
        }
        fill = 0
      } else {
        fill -= step
      }
      write()
      controller.observe(fill: fill, at: time)
      if controller.isLocked, lockedAt == nil { lockedAt = time / Self.rate }
      sum += fill * step
      sumTime += step
      if sumTime >= Self.rate {
        means.append(sum / sumTime)
        sum = 0
        sumTime = 0
      }
    }
  }

  private mutating func write() {
    if writer.waitsForUs {
      while fill < capacity { take(4096) }
      controller.press()
      return
    }
    let now = time / Self.rate
    let isStalled = writer.stall.map { $0.contains(now) } ?? false
    while nextWrite <= time {
      if isStalled, !writer.stallLoses { break }
      if !isStalled { take(writer.burst) }
      written += writer.burst
      let due = (written + writer.burst) / (1 + writer.drift * 1e-6)
      nextWrite = max(due + random() * writer.jitter * Self.rate, nextWrite)
    }
    controller.wait(fill: fill)
  }

  private mutating func take(_ count: Double) {
    let worth = count * controller.ratio
    let admission = controller.admit(worth, fill: fill, isDry: fill <= 0)
    fill += admission.silence + worth - admission.dropped
    dropped += admission.dropped
  }
}

/// How many hours are simulated: `SD_HOURS`, or a quarter.
private let hours = unsafe getenv("SD_HOURS").flatMap { unsafe Double(String(cString: $0)) } ?? 0.25

@Suite struct RateControllerTests {
  static let drifts = [50.0, -50, 200, -200, 1000, -1000]
  private static let target = 9600.0

  private static func limits(_ means: [Double]) -> (least: Double, greatest: Double) {
    (means.min() ?? 0, means.max() ?? 0)
  }

  @Test(arguments: drifts) func followsASteadyWriter(_ drift: Double) throws {
    var line = Line(target: Self.target, Line.Writer(drift: drift))
    line.run(seconds: hours * 3600)
    let locked = try #require(line.lockedAt)
    #expect(locked <= 10)
    #expect(line.inserted == 0)
    #expect(line.dropped == 0)
    let (least, greatest) = Self.limits(Array(line.means[10...]))
    #expect(least >= Self.target - 512 && greatest <= Self.target + 512, "\(least) \(greatest)")
    let expected = (1 / (1 + drift * 1e-6) - 1) * 1e6
    #expect(abs(line.controller.partsPerMillion - expected) < 5)
  }

  @Test(arguments: drifts) func followsBursts(_ drift: Double) throws {
    var line = Line(target: Self.target, Line.Writer(drift: drift, burst: 4800))
    line.run(seconds: hours * 3600)
    let locked = try #require(line.lockedAt)
    #expect(locked <= 10)
    #expect(line.inserted == 0)
    #expect(line.dropped == 0)
    let (least, greatest) = Self.limits(Array(line.means[10...]))
    #expect(least >= Self.target - 512 && greatest <= Self.target + 512, "\(least) \(greatest)")
    let expected = (1 / (1 + drift * 1e-6) - 1) * 1e6
    #expect(abs(line.controller.partsPerMillion - expected) < 20)
  }

  @Test(arguments: drifts, [256.0, 4800]) func cutsLatenessOnce(_ drift: Double, _ burst: Double)
    throws
  {
    var line = Line(
      target: Self.target,
      Line.Writer(drift: drift, burst: burst, stall: 600..<602))
    line.run(seconds: hours * 3600)
    #expect(line.controller.cutCount == 1)
    // Silence took its place, and then brings the fill to its target again.
    #expect(line.inserted > 80_000 && line.inserted < 96_000)
    #expect(
      abs(line.dropped - line.inserted - Self.target) < 4800 + 512,
      "\(line.dropped) \(line.inserted)")
    #expect(line.lastInserted < 602.2 * 48_000)
    let (least, greatest) = Self.limits(Array(line.means[10..<598]) + Array(line.means[604...]))
    #expect(least >= Self.target - 512 && greatest <= Self.target + 512, "\(least) \(greatest)")
  }

  @Test(arguments: [256.0, 4800]) func cutsNothingWhereNothingCameLate(_ burst: Double) {
    var line = Line(
      target: Self.target,
      Line.Writer(drift: 50, burst: burst, stall: 600..<602, stallLoses: true))
    line.run(seconds: 1800)
    #expect(line.dropped == 0)
    #expect(line.inserted > 80_000)
    let (least, greatest) = Self.limits(Array(line.means[604...]))
    #expect(least >= Self.target - 512 && greatest <= Self.target + 512, "\(least) \(greatest)")
  }

  /// As through a relay that holds each write for up to 50 ms. The means of a second jitter
  /// themselves.
  @Test(arguments: drifts, [nil, 600..<602]) func staysThroughJitter(
    _ drift: Double, _ stall: Range<Double>?
  ) throws {
    var line = Line(
      target: Self.target,
      Line.Writer(drift: drift, burst: 960, stall: stall, jitter: 0.05))
    line.run(seconds: hours * 3600)
    #expect(line.controller.cutCount == (stall == nil ? 0 : 1))
    #expect(line.lastInserted < 602.2 * 48_000 && (stall != nil || line.inserted == 0))
    #expect(try #require(line.lockedAt) <= 10)
    let (least, greatest) = Self.limits(Array(line.means[12..<598]) + Array(line.means[604...]))
    #expect(least >= Self.target - 512 && greatest <= Self.target + 512, "\(least) \(greatest)")
    let expected = (1 / (1 + drift * 1e-6) - 1) * 1e6
    #expect(abs(line.controller.partsPerMillion - expected) < 110)
  }

  @Test func aWriterThatWaitsIsNoClock() {
    var line = Line(target: Self.target, Line.Writer(waitsForUs: true))
    line.run(seconds: 600)
    #expect(line.controller.ratio == 1)
    #expect(!line.controller.isClock)
    #expect(!line.controller.isLocked)
    #expect(line.dropped == 0)
    #expect(line.inserted == 0)
  }

  /// A decoder that is five percent ahead of time is no clock either.
  @Test func aWriterAheadOfTimeLosesNothing() {
    var line = Line(target: Self.target, Line.Writer(drift: 50_000))
    line.run(seconds: 15)
    #expect(!line.controller.isClock)
    #expect(line.dropped == 0)
  }

  /// The device stood still while the writer went on.
  @Test func latenessWithoutSilenceIsCut() throws {
    var line = Line(target: Self.target, Line.Writer(drift: 50))
    line.run(seconds: 60)
    line.fill += 24_000
    line.run(seconds: 60)
    #expect(line.controller.cutCount == 1)
    #expect(abs(line.dropped - 24_000) < 512, "\(line.dropped)")
    #expect(line.inserted == 0)
  }

  @Test func silenceBringsTheFillToItsTarget() {
    var controller = RateController(target: 9600, period: 256, rate: 48_000)
    let first = controller.admit(4800, fill: 0, isDry: true)
    #expect(first == RateController.Admission(silence: 7200, dropped: 0))
    let second = controller.admit(4800, fill: 7200, isDry: false)
    #expect(second == RateController.Admission())
  }

  @Test func ratioGlides() {
    var line = Line(target: Self.target, Line.Writer(drift: 1000))
    var last = 1.0
    var steepest = 0.0
    for _ in 0..<4000 {
      line.run(seconds: 256 / 48_000)
      steepest = max(steepest, abs(line.controller.ratio - last))
      last = line.controller.ratio
    }
    // From one end of the range to the other takes half a second, which is 94 blocks.
    #expect(steepest <= 2 * RateController.ratioLimit / 93)
    #expect(abs(last - 1) <= RateController.ratioLimit)
  }
}
