import Foundation
import Testing

@testable import Spectrum

@Suite struct WaveformColumnsTests {
  private func columns(_ samples: [Float], wanted: Int, piece: Int) -> WaveformColumns {
    let columns = WaveformColumns(wanted: wanted)
    for start in stride(from: 0, to: samples.count, by: piece) {
      columns.add(samples.span.extracting(start..<min(samples.count, start + piece)))
    }
    columns.finish()
    return columns
  }

  @Test(arguments: [1, 5, 64, 1_000]) func everySampleIsInItsColumn(piece: Int) {
    var samples = [Float](repeating: 0, count: 10_007)
    samples[1_234] = 0.75
    samples[9_999] = -0.5
    let columns = columns(samples, wanted: 20, piece: piece)
    #expect((20..<40).contains(columns.columns.count))
    for (index, column) in columns.columns.enumerated() {
      let frames = index * columns.framesPerColumn..<(index + 1) * columns.framesPerColumn
      #expect(column.high == (frames.contains(1_234) ? 0.75 : 0))
      #expect(column.low == (frames.contains(9_999) ? -0.5 : 0))
    }
  }

  @Test func fewFramesAreAColumnEach() {
    let columns = columns([0.5, -0.25, 1], wanted: 20, piece: 2)
    #expect(columns.framesPerColumn == 1)
    #expect(columns.columns.map(\.high) == [0.5, -0.25, 1])
    #expect(columns.columns.map(\.low) == [0.5, -0.25, 1])
  }

  @Test func theMeanSquareIsThatOfAllFrames() {
    let samples = (0..<4_096).map { Float(sin(Double($0) / 3)) }
    let columns = columns(samples, wanted: 2, piece: 100).columns
    let expected = samples.reduce(0) { $0 + Double($1) * Double($1) } / 4_096
    let mean = columns.reduce(0) { $0 + Double($1.meanSquare) } / Double(columns.count)
    #expect(abs(mean - expected) < 1e-5)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNoNumberIsSilence(_ value: Float)
  {
    let columns = columns([Float](repeating: value, count: 21), wanted: 2, piece: 21)
    #expect(columns.columns.allSatisfy { $0.low == 0 && $0.high == 0 && $0.meanSquare == 0 })
  }
}

@Suite struct SpectrogramColumnsTests {
  private let rate = 48_000.0

  private func columns(
    _ samples: [Float], wanted: Int = 10, expected: Int? = nil, piece: Int = 10_000
  ) -> SpectrogramColumns {
    let columns = SpectrogramColumns(
      wanted: wanted, rowCount: 24, scale: FrequencyScale(low: 0, high: 24_000),
      blockSize: 1_024, rate: rate, expected: expected)
    for start in stride(from: 0, to: samples.count, by: piece) {
      columns.add(samples.span.extracting(start..<min(samples.count, start + piece)))
    }
    columns.finish()
    return columns
  }

  private func sine(_ frequency: Double, count: Int) -> [Float] {
    (0..<count).map { Float(0.1 * sin(2 * .pi * frequency * Double($0) / rate)) }
  }

  @Test(arguments: [300.0, 5_500, 11_111, 23_456])
  func aSineReadsItsLevelInItsRow(frequency: Double) {
    let columns = columns(sine(frequency, count: 200_000))
    let row = Int(frequency / 1_000)
    for column in 1..<columns.count - 1 {
      let powers = columns.powers[column * 24..<(column + 1) * 24]
      let level = 10 * log10(Double(powers[column * 24 + row]))
      #expect(abs(level + 20) < 0.1, "column \(column): \(level)")
      #expect(powers.max() == powers[column * 24 + row])
    }
  }

  @Test(arguments: [0, 1, 500, 5_000, 77_777, 1_000_000])
  func thereAreColumnsEnoughAndNotMany(count: Int) {
    for expected in [nil, count] {
      let columns = columns([Float](repeating: 0, count: count), expected: expected)
      #expect(columns.count < 20)
      #expect(
        columns.count >= min(10, count / 64), "\(count), expected \(String(describing: expected))")
      #expect(columns.count * columns.framesPerColumn >= count)
      #expect((columns.count - 1) * columns.framesPerColumn < max(1, count))
    }
  }

  @Test func aToneStandsWhereItSounds() {
    var samples = [Float](repeating: 0, count: 480_000)
    samples.replaceSubrange(240_000..<288_000, with: sine(5_500, count: 48_000))
    for expected in [nil, samples.count] {
      let columns = columns(samples, expected: expected)
      for column in 0..<columns.count {
        let begin = column * columns.framesPerColumn - columns.hop / 2
        let isLoud = columns.powers[column * 24 + 5] > 1e-4
        let touches = begin < 288_512 && begin + columns.framesPerColumn > 239_488
        #expect(!isLoud || touches, "column \(column)")
        if begin >= 240_000, begin + columns.framesPerColumn <= 288_000 { #expect(isLoud) }
      }
    }
  }

  @Test func piecesDoNotMatter() {
    let samples = sine(1_234, count: 100_000)
    #expect(columns(samples, piece: 77).powers == columns(samples, piece: 100_000).powers)
  }
}
