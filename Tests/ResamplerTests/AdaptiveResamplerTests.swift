import PCM
import Testing

@testable import Resampler

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

private let rate = 48_000.0

/// Everything a resampler makes of `input`, in blocks of 256 frames; `ratio` says each block's.
private func run(
  _ input: [Float], channelCount: Int = 1, block: Int = 256, ratio: (_ frame: Int) -> Double
) throws -> [Float] {
  var resampler = try AdaptiveResampler(channelCount: channelCount)
  let width = channelCount * 4
  let frameCount = input.count / channelCount
  var room = [Float](repeating: 0, count: 65_536 * channelCount)
  var output: [Float] = []
  var position = 0
  while position < frameCount {
    let end = min(position + block, frameCount)
    let span = input.span
    var target = room.mutableSpan
    var bytes = unsafe target.mutableBytes
    let count = try unsafe resampler.convert(
      span.bytes.extracting(position * width..<end * width), ratio: ratio(end), into: &bytes)
    output += room.prefix(count * channelCount)
    position = end
  }
  while true {
    var target = room.mutableSpan
    var bytes = unsafe target.mutableBytes
    let count = try resampler.finish(into: &bytes)
    if count == 0 { return output }
    output += room.prefix(count * channelCount)
  }
}

private func sine(_ frequency: Double, seconds: Double, amplitude: Double = 0.5) -> [Float] {
  (0..<Int(seconds * rate)).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / rate)) }
}

/// What is left of `samples` besides these functions of the time, in decibels of what they explain:
/// a least-squares fit.
private func residual(_ samples: ArraySlice<Float>, _ basis: (Int) -> [Double]) -> (
  noise: Double, signal: Double
) {
  let width = basis(0).count
  var matrix = [[Double]](repeating: [Double](repeating: 0, count: width + 1), count: width)
  let rows = samples.indices.map { basis($0 - samples.startIndex) }
  for (row, sample) in zip(rows, samples) {
    for i in 0..<width {
      for j in 0..<width { matrix[i][j] += row[i] * row[j] }
      matrix[i][width] += row[i] * Double(sample)
    }
  }
  for i in 0..<width {
    for j in 0..<width where j != i {
      let factor = matrix[j][i] / matrix[i][i]
      for k in i...width { matrix[j][k] -= factor * matrix[i][k] }
    }
  }
  var noise = 0.0
  var signal = 0.0
  for (row, sample) in zip(rows, samples) {
    let fit = (0..<width).reduce(0) { $0 + matrix[$1][width] / matrix[$1][$1] * row[$1] }
    noise += (Double(sample) - fit) * (Double(sample) - fit)
    signal += fit * fit
  }
  return (noise, signal)
}

private func decibels(_ part: Double, of whole: Double) -> Double { 10 * log10(part / whole) }

/// THD+N of a sine of a frequency that is known.
private func distortion(_ samples: ArraySlice<Float>, _ frequency: Double) -> Double {
  let step = 2 * .pi * frequency / rate
  let (noise, signal) = residual(samples) { [sin(step * Double($0)), cos(step * Double($0)), 1] }
  return decibels(noise, of: signal)
}

@Suite struct AdaptiveResamplerTests {
  @Test(arguments: [1, 1.001, 0.999, 1.00005, 0.9998], [997.0, 6000, 12_000, 18_000])
  func fixedRatioIsClean(_ ratio: Double, _ frequency: Double) throws {
    let output = try run(sine(frequency, seconds: 1.5)) { _ in ratio }
    // Beyond the ends, where the sine begins and stops.
    let whole = output[9600..<57_600]
    let thd = distortion(whole, frequency / ratio)
    #expect(thd <= -110, "\(thd) dB")
  }

  /// Both recordings of a ratio that moves 1 ppm a second: the chirp is removed by a fit of each
  /// tenth of a second, in which phase is a parabola.
  @Test func movingRatioIsClean() throws {
    let frequency = 997.0
    let output = try run(sine(frequency, seconds: 12)) { 1 + 1e-6 * Double($0) / rate }
    let step = 2 * .pi * frequency / rate
    var noise = 0.0
    var signal = 0.0
    for start in stride(from: 9600, to: output.count - 14_400, by: 4800) {
      let part = residual(output[start..<start + 4800]) { frame in
        let time = Double(frame) / 2400 - 1
        let (s, c) = (sin(step * Double(frame)), cos(step * Double(frame)))
        return [s, c, time * s, time * c, time * time * s, time * time * c, 1]
      }
      noise += part.noise
      signal += part.signal
    }
    #expect(decibels(noise, of: signal) <= -110, "\(decibels(noise, of: signal)) dB")
  }

  /// A Blackman-Harris window of 8 s, whose own skirts lie below −100 dB from 1 Hz on.
  @Test func noSidebandsBeyondFiveHertz() throws {
    let output = try run(sine(1000, seconds: 9)) { 1 + 1e-6 * Double($0) / rate }
    let count = 8 * 48_000
    let samples = output[9600..<9600 + count]
    func level(_ frequency: Double) -> Double {
      let step = 2 * .pi * frequency / rate
      var real = 0.0
      var imaginary = 0.0
      for (index, sample) in samples.enumerated() {
        let phase = 2 * .pi * Double(index) / Double(count)
        let window =
          0.35875 - 0.48829 * cos(phase) + 0.14128 * cos(2 * phase) - 0.01168 * cos(3 * phase)
        let value = Double(sample) * window
        real += value * cos(step * Double(index))
        imaginary += value * sin(step * Double(index))
      }
      return 10 * log10(real * real + imaginary * imaginary)
    }
    let tone = level(1000)
    for offset in [5.5, 7, 10, 20, 46.875, 93.75, 187.5, 500] {
      for frequency in [1000 - offset, 1000 + offset] {
        let side = level(frequency) - tone
        print("1 kHz at a moving ratio: \(frequency) Hz, \(side.rounded()) dB")
        #expect(side <= -100, "\(frequency) Hz: \(side) dB")
      }
    }
  }

  /// A step of 1000 ppm between two blocks: the steepest change between samples stays the sine's.
  @Test func changeMakesNoClick() throws {
    let output = try run(sine(997, seconds: 2)) { $0 < 48_000 ? 0.9995 : 1.0005 }
    let step = 2 * .pi * 997 / rate
    // The second difference of a sine is −(2 − 2 cos step) times itself.
    let curve = 2 - 2 * cos(step)
    var largest = 0.0
    for index in 9600..<output.count - 9600 {
      let second = Double(output[index + 1]) - 2 * Double(output[index]) + Double(output[index - 1])
      largest = max(largest, abs(second + curve * Double(output[index])))
    }
    #expect(largest < 0.5 * curve * 2.5e-3, "\(largest)")
  }

  @Test(arguments: [1.0, 1.001, 0.999, 48_000.0 / 44_100, 0.5], [0, 1, 2, 255, 10_000])
  func countFollowsTheRatio(_ ratio: Double, _ count: Int) throws {
    let output = try run([Float](repeating: 0.25, count: count * 2), channelCount: 2) { _ in ratio }
    #expect(output.count == 2 * Int((Double(count) * ratio).rounded()))
  }

  @Test func firstFrameStaysInPlace() throws {
    var input = [Float](repeating: 0, count: 4000)
    input[1000] = 1
    let output = try run(input) { _ in 1 }
    #expect(output.indices.max { output[$0] < output[$1] } == 1000)
  }

  @Test func heldFramesAreAccountedFor() throws {
    var resampler = try AdaptiveResampler(channelCount: 1)
    var room = [Float](repeating: 0, count: 4096)
    let input = [Float](repeating: 0, count: 1000)
    var taken = 0
    for _ in 0..<3 {
      var target = room.mutableSpan
      var bytes = unsafe target.mutableBytes
      taken += try unsafe resampler.convert(input.span.bytes, ratio: 1, into: &bytes)
    }
    #expect(resampler.heldFrameCount == Double(3000 - taken))
    #expect(resampler.heldFrameCount < 100)
  }

  @Test func channelsAreLimited() {
    #expect(throws: RateConverterError.self) { _ = try AdaptiveResampler(channelCount: 129) }
    #expect(throws: RateConverterError.self) { _ = try AdaptiveResampler(channelCount: 0) }
  }

  @Test func costIsPrinted() throws {
    let input = sine(997, seconds: 10)
    let begin = clock()
    _ = try run(input.flatMap { [$0, $0] }, channelCount: 2) { 1 + 1e-6 * Double($0) / rate }
    let seconds = Double(clock() - begin) / Double(CLOCKS_PER_SEC)
    print("adaptive resampler, stereo: \((seconds * 1000).rounded() / 100) % of a core, this build")
  }
}
