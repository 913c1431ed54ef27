import Testing

@testable import PCM

@Suite struct LevelScannerTests {
  private struct Run: Equatable {
    let isLoud: Bool
    let count: Int
  }

  private func runs(_ samples: [Float], channelCount: Int, level: Double = 0.5) -> [Run] {
    let scanner = LevelScanner(level: level, encoding: .f32le, channelCount: channelCount)
    var runs: [Run] = []
    unsafe scanner.forEachRun(in: samples.span.bytes) { runs.append(Run(isLoud: $0, count: $1)) }
    return runs
  }

  /// The same, frame by frame.
  private func model(_ samples: [Float], channelCount: Int) -> [Run] {
    var runs: [Run] = []
    for frame in 0..<samples.count / channelCount {
      let isLoud = samples[frame * channelCount..<(frame + 1) * channelCount].contains {
        abs($0) >= 0.5
      }
      if let last = runs.last, last.isLoud == isLoud {
        runs[runs.count - 1] = Run(isLoud: isLoud, count: last.count + 1)
      } else {
        runs.append(Run(isLoud: isLoud, count: 1))
      }
    }
    return runs
  }

  @Test func theLevelItselfIsLoud() {
    #expect(runs([0.49], channelCount: 1) == [Run(isLoud: false, count: 1)])
    #expect(runs([-0.5], channelCount: 1) == [Run(isLoud: true, count: 1)])
    #expect(runs([0.01], channelCount: 1, level: 0.01) == [Run(isLoud: true, count: 1)])
    #expect(runs([], channelCount: 1).isEmpty)
  }

  @Test func notANumberIsQuiet() {
    #expect(
      runs([.nan, .infinity], channelCount: 1)
        == [Run(isLoud: false, count: 1), Run(isLoud: true, count: 1)])
  }

  /// Chunks end in the middle of frames.
  @Test(arguments: [1, 2, 3, 7, 300]) func everyFrameIsInOneRun(_ channelCount: Int) {
    var state = UInt64(channelCount)
    for interval in [1000, 100, 2] {
      let samples = (0..<channelCount * 3000).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % (interval * channelCount) == 0 ? -0.75 : 0.25
      }
      #expect(
        runs(samples, channelCount: channelCount) == model(samples, channelCount: channelCount))
    }
  }

  @Test func theFirstAndTheLastLoudFrame() {
    var samples = [Float](repeating: 0, count: 6000)
    let scanner = LevelScanner.nonzero(encoding: .f32le, channelCount: 3)
    unsafe #expect(scanner.first(in: samples.span.bytes) == nil)
    unsafe #expect(scanner.last(in: samples.span.bytes) == nil)
    samples[3 * 700 + 2] = .leastNonzeroMagnitude
    samples[3 * 1999] = -1e-30
    unsafe #expect(scanner.first(in: samples.span.bytes) == 700)
    unsafe #expect(scanner.last(in: samples.span.bytes) == 1999)
  }

  @Test(arguments: [
    (SampleEncoding.u8, [0x80, 0x81] as [UInt8]), (.ulaw, [0xFF, 0x80]), (.s16le, [0, 0, 1, 0]),
    (.s24be, [0, 0, 0, 0, 0, 1]),
    (.f64le, [0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
  ]) func silenceIsZeroInEveryEncoding(_ encoding: SampleEncoding, _ bytes: [UInt8]) {
    let scanner = LevelScanner.nonzero(encoding: encoding, channelCount: 1)
    unsafe #expect(scanner.first(in: bytes.span.bytes) == 1)
  }
}
