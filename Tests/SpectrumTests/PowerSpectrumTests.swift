import Foundation
import Testing

@testable import Spectrum

@Suite struct PowerSpectrumTests {
  private let rate = 48_000.0
  private let blockSize = 2_048

  private func spectrum(_ samples: [Float]) -> PowerSpectrum {
    var result = PowerSpectrum(blockSize: samples.count, rate: rate)
    BlockTransform(blockSize: samples.count).transform(samples.span, into: &result)
    return result
  }

  private func sine(_ frequency: Double, decibels: Double, phase: Double = 0) -> [Float] {
    (0..<blockSize).map {
      Float(pow(10, decibels / 20) * sin(2 * .pi * frequency * Double($0) / rate + phase))
    }
  }

  @Test(arguments: [3, 4, 17, 100, 511, 512, 1_000, 1_021])
  func aSineInTheMiddleOfABinReadsItsLevelThere(bin: Int) {
    let spectrum = spectrum(sine(Double(bin) * 48_000 / 2_048, decibels: -20))
    #expect(abs(10 * log10(Double(spectrum.powers[bin])) + 20) < 0.01)
  }

  @Test(arguments: [100.3, 441, 997, 1_000, 1_005.86, 5_555, 12_345.6, 20_001, 23_500])
  func aSineOfAnyFrequencyIsALineOfItsLevel(frequency: Double) throws {
    for phase in [0, 0.7, 1.9, 3] {
      let line = try #require(spectrum(sine(frequency, decibels: -20, phase: phase)).strongest)
      #expect(abs(line.decibels + 20) < 0.1, "\(frequency) Hz, phase \(phase): \(line)")
      #expect(abs(line.frequency - frequency) < 0.5, "\(frequency) Hz, phase \(phase): \(line)")
    }
  }

  @Test(arguments: [UInt64(1), 2, 3]) func parsevalHolds(seed: UInt64) {
    var state = seed
    let noise = (0..<blockSize).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 4_294_967_296
    }
    let weights = HannWindow.weights(count: blockSize)
    let faded = zip(noise, weights).map { Double($0) * Double($1) }
    let expected =
      faded.reduce(0) { $0 + $1 * $1 } / weights.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(spectrum(noise).meanSquare / expected - 1) < 1e-5)
  }

  @Test func theMeanSquareOfASineIsHalfTheSquareOfItsAmplitude() {
    #expect(abs(spectrum(sine(1_000, decibels: 0)).meanSquare - 0.5) < 0.001)
  }

  @Test func aConstantStandsInBinZero() {
    let spectrum = spectrum([Float](repeating: 0.25, count: blockSize))
    #expect(abs(spectrum.powers[0] - 0.0625) < 1e-6)
    #expect(abs(spectrum.meanSquare - 0.0625) < 1e-6)
    #expect(spectrum.powers[2...].allSatisfy { $0 < 1e-9 })
  }

  @Test(arguments: [0.0, 0.25, 0.5, 0.75]) func twoSinesThreeBinsApartAreTwoLines(offset: Double) {
    let width = rate / Double(blockSize)
    for phase in [0, 1, 2, 3, 4, 5] as [Double] {
      let low = sine((100 + offset) * width, decibels: -20)
      let high = sine((103 + offset) * width, decibels: -20, phase: phase)
      let powers = spectrum(zip(low, high).map { $0 + $1 }).powers
      let peaks = (90..<115).filter {
        powers[$0] > powers[$0 - 1] && powers[$0] >= powers[$0 + 1] && powers[$0] > 0.001
      }
      #expect(peaks.count == 2, "offset \(offset), phase \(phase): \(peaks)")
    }
  }

  @Test func silenceHasNoLine() {
    #expect(spectrum([Float](repeating: 0, count: blockSize)).strongest == nil)
  }

  @Test func whatIsNoNumberCountsAsSilence() {
    var samples = sine(1_000, decibels: 0)
    samples[1_000] = .nan
    samples[1_001] = .infinity
    samples[1_002] = .greatestFiniteMagnitude
    samples[1_003] = -.greatestFiniteMagnitude
    let powers = spectrum(samples).powers
    #expect(powers.allSatisfy { $0.isFinite })
  }
}
