import Testing

@testable import Spectrum

@Suite struct FrequencyScaleTests {
  @Test func positionsAndFrequenciesAreInverse() {
    for scale in [
      FrequencyScale(low: 0, high: 8_000), FrequencyScale(low: 100, high: 2_000),
      FrequencyScale(low: 20, high: 20_000, isLogarithmic: true),
    ] {
      #expect(abs(scale.frequency(at: 0) - scale.low) < 1e-9)
      #expect(abs(scale.frequency(at: 1) - scale.high) < 1e-6)
      for position in [0.1, 0.5, 0.9] {
        #expect(abs(scale.position(of: scale.frequency(at: position)) - position) < 1e-9)
      }
    }
  }

  @Test func aLogarithmicAxisHasEqualRatios() {
    let scale = FrequencyScale(low: 20, high: 20_000, isLogarithmic: true)
    #expect(abs(scale.position(of: 200) - 1 / 3.0) < 1e-9)
    #expect(abs(scale.position(of: 2_000) - 2 / 3.0) < 1e-9)
  }

  @Test func aCellOfManyBinsShowsTheStrongest() {
    var spectrum = PowerSpectrum(blockSize: 64, rate: 64)
    for bin in spectrum.powers.indices { spectrum.powers[bin] = Float(bin % 5) }
    let cells = FrequencyCells(FrequencyScale(low: 0, high: 32), count: 4, of: spectrum)
    var result = [Float](repeating: 0, count: 4)
    cells.gather(spectrum, into: &result)
    #expect(result == [4, 4, 4, 4])
  }

  @Test func aCellBetweenBinsShowsWhatLiesBetween() {
    var spectrum = PowerSpectrum(blockSize: 8, rate: 8)
    for bin in spectrum.powers.indices { spectrum.powers[bin] = Float(bin) }
    // Cells of a fifth of a bin; those that hold a bin show it.
    let cells = FrequencyCells(FrequencyScale(low: 1.1, high: 1.9), count: 4, of: spectrum)
    var result = [Float](repeating: 0, count: 4)
    cells.gather(spectrum, into: &result)
    for (value, expected) in zip(result, [1.2, 1.4, 1.6, 1.8] as [Float]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test func aScaleBeyondTheSpectrumIsNoTrap() {
    let spectrum = PowerSpectrum(blockSize: 16, rate: 1_000)
    let cells = FrequencyCells(FrequencyScale(low: 100, high: 5_000), count: 50, of: spectrum)
    var result = [Float](repeating: 1, count: 50)
    cells.gather(spectrum, into: &result)
    #expect(result == [Float](repeating: 0, count: 50))
  }
}
