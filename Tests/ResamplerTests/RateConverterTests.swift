import PCM
import Testing

@testable import Resampler

/// A converter's whole output for `input`, fed in blocks of `inputBlock` frames and taken in blocks
/// of `outputBlock`.
private func run<S: Sample & BinaryFloatingPoint>(
  _ converter: inout RateConverter, _ input: [S], inputBlock: Int, outputBlock: Int
) throws -> [S] {
  let width = converter.channelCount * S.format.byteCount
  var room = [S](repeating: 0, count: outputBlock * converter.channelCount)
  var output: [S] = []
  let source = input.span
  var position = 0
  let frameCount = input.count / converter.channelCount
  while position < frameCount {
    let end = min(position + inputBlock, frameCount)
    var span = room.mutableSpan
    var bytes = unsafe span.mutableBytes
    let (consumed, produced) = try unsafe converter.convert(
      source.bytes.extracting(position * width..<end * width), into: &bytes)
    try #require(consumed > 0 || produced > 0)
    position += consumed
    output += room.prefix(produced * converter.channelCount)
  }
  while true {
    let remaining = converter.remainingCount
    var span = room.mutableSpan
    var bytes = unsafe span.mutableBytes
    let produced = try converter.finish(into: &bytes)
    #expect(produced == min(remaining, outputBlock))
    if produced == 0 { return output }
    output += room.prefix(produced * converter.channelCount)
  }
}

@Suite struct RateConverterTests {
  static let rates: [(Double, Double)] = [
    (44_100, 48_000), (48_000, 44_100), (48_000, 48_000), (8000, 48_000), (48_000, 8000),
    (44_100, 192_000), (192_000, 44_100), (11_025, 96_000), (44_100, 44_056), (22_050, 22_051.5),
  ]

  @Test(arguments: rates, [0, 1, 2, 10, 100, 4800, 44_100])
  func countIsExact(_ rates: (Double, Double), _ count: Int) throws {
    let (from, to) = rates
    let expected = Int((Double(count) * to / from).rounded())
    #expect(RateConverter.frameCount(for: count, from: from, to: to) == expected)
    var converter = try RateConverter(from: from, to: to, channelCount: 1)
    let input = [Float](repeating: 0.5, count: count)
    let output = try run(&converter, input, inputBlock: 1000, outputBlock: 333)
    #expect(output.count == expected)
    #expect(converter.remainingCount == 0)
  }

  @Test(arguments: RateConverter.Quality.allCases)
  func everyQualityIsExactAndAligned(_ quality: RateConverter.Quality) throws {
    for (from, to) in [(44_100.0, 48_000.0), (48_000, 44_100), (16_000, 48_000)] {
      var converter = try RateConverter(
        from: from, to: to, channelCount: 2, format: .float64, quality: quality)
      let count = 4410
      let input = (0..<count).flatMap { [sine(Double($0), from), cosine(Double($0), from)] }
      let output = try run(&converter, input, inputBlock: 700, outputBlock: 4096)
      #expect(output.count == 2 * RateConverter.frameCount(for: count, from: from, to: to))
      // The ends ring, because the tone starts and stops there.
      let tolerance = quality == .quick ? 0.05 : 1e-3
      for frame in 500..<output.count / 2 - 500 {
        #expect(abs(output[2 * frame] - sine(Double(frame), to)) < tolerance)
        #expect(abs(output[2 * frame + 1] - cosine(Double(frame), to)) < tolerance)
      }
    }
  }

  /// 440 Hz at half of full scale.
  private func sine(_ frame: Double, _ rate: Double) -> Double {
    tone(frame * 440 / rate)
  }

  private func cosine(_ frame: Double, _ rate: Double) -> Double {
    tone(frame * 440 / rate + 0.25)
  }

  /// Half the sine of `turns`, from its series, without a C library.
  private func tone(_ turns: Double) -> Double {
    let angle = (turns - turns.rounded()) * 2 * .pi
    var term = angle
    var sum = angle
    for n in 1..<12 {
      term *= -angle * angle / Double(2 * n * (2 * n + 1))
      sum += term
    }
    return sum / 2
  }

  @Test(arguments: [(1, 1), (1, 4096), (7, 3), (4096, 1), (4096, 4096)])
  func blocksDoNotMatter(_ inputBlock: Int, _ outputBlock: Int) throws {
    let input = (0..<3000).map { Float(sine(Double($0), 44_100)) }
    var whole = try RateConverter(from: 44_100, to: 48_000, channelCount: 3)
    let expected = try run(&whole, input, inputBlock: 1000, outputBlock: 2000)
    var pieces = try RateConverter(from: 44_100, to: 48_000, channelCount: 3)
    let found = try run(&pieces, input, inputBlock: inputBlock, outputBlock: outputBlock)
    #expect(found == expected)
  }

  @Test func doesNotClip() throws {
    var converter = try RateConverter(from: 44_100, to: 48_000, channelCount: 1)
    let square = (0..<4410).map { Float($0 / 50 % 2 == 0 ? 1 : -1) }
    let output = try run(&converter, square, inputBlock: 4410, outputBlock: 4800)
    #expect((output.max() ?? 0) > 1.01)
    #expect((output.min() ?? 0) < -1.01)
  }

  @Test func equalRatesLeaveSamplesAlone() throws {
    var converter = try RateConverter(from: 48_000, to: 48_000, channelCount: 1)
    let input = (0..<500).map { Float($0) / 500 }
    #expect(try run(&converter, input, inputBlock: 100, outputBlock: 64) == input)
  }

  @Test func channelsStayApart() throws {
    var converter = try RateConverter(from: 8000, to: 11_025, channelCount: 128)
    let input = (0..<800 * 128).map { Float($0 % 128) / 128 }
    let output = try run(&converter, input, inputBlock: 100, outputBlock: 100)
    #expect(output.count == 1103 * 128)
    for channel in 0..<128 {
      #expect(abs(output[500 * 128 + channel] - Float(channel) / 128) < 1e-4)
    }
  }

  @Test func beginsAgainAfterReset() throws {
    var converter = try RateConverter(from: 44_100, to: 48_000, channelCount: 1)
    let input = (0..<1000).map { Float(sine(Double($0), 44_100)) }
    let first = try run(&converter, input, inputBlock: 1000, outputBlock: 2000)
    try converter.reset()
    #expect(converter.remainingCount == 0)
    #expect(try run(&converter, input, inputBlock: 1000, outputBlock: 2000) == first)
  }

  @Test func refusesInOneLine() {
    func complaint(
      _ from: Double, _ to: Double, _ channelCount: Int, _ format: SampleFormat
    ) -> String? {
      do throws(RateConverterError) {
        _ = try RateConverter(from: from, to: to, channelCount: channelCount, format: format)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(complaint(44_100, 48_000, 128, .float64) == nil)
    for (rate, text) in [(0, "0"), (-1, "-1"), (-0.5, "-0.5"), (.nan, "nan"), (.infinity, "inf")] {
      let message = "cannot resample at \(text) Hz, rates are above 0"
      #expect(complaint(rate, 48_000, 1, .float32) == message)
      #expect(complaint(48_000, rate, 1, .float32) == message)
    }
    for count in [0, -1, 129] {
      #expect(
        complaint(44_100, 48_000, count, .float32)
          == "cannot resample \(count) channels, it takes 1 to 128")
    }
    #expect(
      complaint(44_100, 48_000, 1, .int16)
        == "cannot resample int16, it takes float32 and float64")
    #expect(complaint(1, 10_000, 1, .float32) == nil)
    #expect(complaint(10_000, 1, 1, .float32) == nil)
    for (from, to) in [(1, 10_001), (1e300, 1), (1e-300, 1)] as [(Double, Double)] {
      #expect(complaint(from, to, 1, .float32)?.hasSuffix("may be 10000 times apart") == true)
    }
  }

  /// Counts halfway between two integers, which soxr itself may round differently.
  @Test(arguments: [80, 240, 400, 560, 720, 880, 48_080, 1_000_080])
  func countIsExactInTheMiddle(_ count: Int) throws {
    for (from, to) in [(48_000.0, 44_100.0), (192_000, 176_400), (96_000.3, 44_100.1)] {
      var converter = try RateConverter(from: from, to: to, channelCount: 1)
      let input = [Float](repeating: 0.5, count: count)
      let output = try run(&converter, input, inputBlock: 4096, outputBlock: 4096)
      #expect(output.count == Int((Double(count) * to / from).rounded()))
      #expect((output.last ?? 0) > 0.05, "the last frame is sound, not padding")
    }
  }
}
