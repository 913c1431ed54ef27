import Foundation
import Testing

@testable import Spectrum

@Suite struct ChannelStatisticsTests {
  private func statistics(
    _ samples: [Double], rate: Double = 48_000, bits: Int = 16, piece: Int = 1_000
  ) -> ChannelStatistics {
    let statistics = ChannelStatistics(rate: rate, significantBits: bits)
    for start in stride(from: 0, to: samples.count, by: piece) {
      statistics.add(samples.span.extracting(start..<min(samples.count, start + piece)))
    }
    statistics.finish()
    return statistics
  }

  private func sine(_ frequency: Double, amplitude: Double, offset: Double = 0) -> [Double] {
    (0..<96_000).map { amplitude * sin(2 * .pi * frequency * Double($0) / 48_000) + offset }
  }

  @Test func aSineIsMeasured() throws {
    let result = statistics(sine(1_000, amplitude: 0.5, offset: 0.125))
    #expect(abs(result.peak - 0.625) < 1e-9)
    #expect(abs(result.offset - 0.125) < 1e-9)
    #expect(abs(result.rms - (0.125 + 0.015_625).squareRoot()) < 1e-9)
    #expect(abs(try #require(result.crestFactor) - 0.625 / result.rms) < 1e-9)
    let line = try #require(result.dominant)
    #expect(abs(line.frequency - 1_000) < 0.1)
    // The blocks at both ends are half empty: 24 in all.
    #expect(abs(line.decibels + 6) < 0.5)
    #expect(result.clippedRunCount == 0)
  }

  @Test func silenceHasNoLevel() {
    let result = statistics([Double](repeating: 0, count: 10_000))
    #expect(result.peak == 0 && result.rms == 0 && result.zeroCount == 10_000)
    #expect(result.crestFactor == nil && result.dominant == nil && result.noiseFloor == nil)
    #expect(result.usedBits == 0)
  }

  @Test func nothingIsNoTrap() {
    let result = statistics([])
    #expect(result.count == 0 && result.rms == 0 && result.offset == 0)
    #expect(result.dominant == nil && result.noiseFloor == nil)
  }

  @Test(arguments: [1, 2, 3, 1_000]) func clippedRunsAreCounted(piece: Int) {
    let top = 32_767 / 32_768.0
    let samples = [top, top, 0, top, top, top, top, -1, -1, -1, 0, -1, -1, top, top, top]
    #expect(statistics(samples, piece: piece).clippedRunCount == 3)
    #expect(statistics(samples.map { $0 * 0.99 }, piece: piece).clippedRunCount == 0)
  }

  @Test(arguments: [1, 7, 8, 12, 16, 20, 24, 32]) func usedBitsAreFound(bits: Int) {
    let step = exp2(Double(1 - bits))
    #expect(statistics([-1, step, 5 * step, 0]).usedBits == bits)
  }

  @Test func finerThan32BitsIsUnknown() {
    #expect(statistics([0.1]).usedBits == nil)
  }

  @Test func whatIsNoNumberIsCountedAndSilent() {
    let result = statistics([.nan, 0.5, .infinity, -.infinity])
    #expect(result.notFiniteCount == 3)
    #expect(result.peak == 0.5 && result.count == 4)
  }

  @Test func theNoiseFloorIsTheQuietTenth() throws {
    // A fifth is quiet, the rest loud, and as much digital silence again.
    let quiet = (0..<9_600).map { _ in Double.random(in: -0.001...0.001) }
    let loud = (0..<38_400).map { _ in Double.random(in: -0.5...0.5) }
    let samples = loud + quiet + [Double](repeating: 0, count: 48_000)
    let expected = 10 * log10(0.001 * 0.001 / 3)
    #expect(abs(try #require(statistics(samples).noiseFloor) - expected) < 0.5)
  }
}

@Suite struct LoudnessTests {
  /// EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS has -23 LUFS.
  @Test(arguments: [44_100.0, 48_000, 96_000]) func aSineHasTheLoudnessThatTech3341Says(
    rate: Double
  ) throws {
    let loudness = try #require(Loudness(channelCount: 2, rate: rate))
    let samples = (0..<Int(rate) * 20).flatMap { frame in
      let value = pow(10, -23 / 20.0) * sin(2 * .pi * 1_000 * Double(frame) / rate)
      return [value, value]
    }
    loudness.add(samples.span)
    #expect(abs(try #require(loudness.integrated) + 23) < 0.1)
    #expect(abs(try #require(loudness.shortTermMaximum) + 23) < 0.1)
    #expect(try #require(loudness.range) < 0.1)
    #expect(abs(20 * log10(loudness.truePeak(1)) + 23) < 0.1)
  }

  @Test func aPeakBetweenTheSamplesIsSeen() throws {
    let loudness = try #require(Loudness(channelCount: 1, rate: 48_000))
    // A quarter of the rate, half way between its peaks: samples of 0.707 of a peak of 1.
    let samples = (0..<4_800).map { sin(.pi / 2 * Double($0) + .pi / 4) }
    loudness.add(samples.span)
    #expect(abs(20 * log10(loudness.truePeak(0))) < 0.3)
  }

  @Test func silenceAndShortSoundsHaveNone() throws {
    let loudness = try #require(Loudness(channelCount: 2, rate: 48_000))
    #expect(loudness.integrated == nil && loudness.range == nil)
    loudness.add([Double](repeating: 0, count: 96_000 * 4).span)
    #expect(loudness.integrated == nil && loudness.shortTermMaximum == nil)
  }

  @Test func whatLibebur128DoesNotTakeIsNil() {
    #expect(Loudness(channelCount: 100, rate: 48_000) == nil)
    #expect(Loudness(channelCount: 2, rate: 1e7) == nil)
  }
}

@Suite struct PeakHoldTests {
  @Test func theNeedleFallsAndTheMarkStays() {
    var needle = PeakHold()
    needle.update(peak: 0.5, seconds: 0.1)
    #expect(needle.level == 0.5 && needle.held == 0.5)
    for _ in 0..<10 { needle.update(peak: 0, seconds: 0.1) }
    #expect(abs(20 * log10(needle.level / 0.5) + 20) < 0.01)
    #expect(needle.held == 0.5)
    for _ in 0..<11 { needle.update(peak: 0, seconds: 0.1) }
    #expect(needle.held < 0.05)
    #expect(!needle.hasClipped)
  }

  @Test func clippingIsRemembered() {
    var needle = PeakHold()
    needle.update(peak: 32_767 / 32_768.0, seconds: 0.1)
    needle.update(peak: 0, seconds: 10)
    #expect(needle.hasClipped)
  }
}
