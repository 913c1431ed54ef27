import TestSupport
import Testing

@testable import SoundFile

struct OpusWriterTests {
  static func sine(_ count: Int) -> [Float] {
    // 375 Hz: 128 samples a period.
    let period: [Float] = (0..<128).map { index in
      // Between its zeros a parabola is near enough to a sine.
      let x = Float(index % 64) / 64
      return (index < 64 ? 2 : -2) * x * (1 - x)
    }
    return (0..<count).map { period[$0 % 128] }
  }

  static func read(_ path: String) throws -> [Float] {
    let bytes = try AudioFile(path: path).readAll()
    return unsafe bytes.withUnsafeBytes { bytes in
      (0..<(bytes.count / 4)).map { index in
        unsafe bytes.load(fromByteOffset: 4 * index, as: Float.self)
      }
    }
  }

  @Test(arguments: [1, 100, 959, 960, 961, 48000, 50001])
  func everyFrameComesBackAndTheLastOnesAreTheSignal(count: Int) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.opus")
    let samples = Self.sine(count)
    try write(FiniteTests.bytes(samples), to: path, AudioFileFormat(.opus), channels: 1)
    let read = try Self.read(path)
    #expect(read.count == count)
    guard count > 10000 else { return }
    // What the encoder looks ahead: 312 frames.
    func error(_ range: Range<Int>) -> Float {
      (range.reduce(Float(0)) { $0 + (read[$1] - samples[$1]) * (read[$1] - samples[$1]) }
        / Float(range.count)).squareRoot()
    }
    #expect(error((count - 400)..<count) < 0.05)
    #expect(error((count / 2)..<(count / 2 + 400)) < 0.05)
  }

  @Test(arguments: [44100, 96000, 22050, 11025] as [Double])
  func otherRatesSayWhatWouldWork(rate: Double) {
    let error = failure { () throws(AudioFileError) in
      try AudioFileFormat(.opus).check(sampleRate: rate, channelCount: 2)
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.message == "opus takes 8, 12, 16, 24 or 48 kHz")
    #expect(error?.remedy == .resample(to: 48_000))
  }

  @Test func textsComeBack() throws {
    let folder = try TemporaryDirectory()
    var tags = AudioFileTags()
    for key in AudioFileTags.Key.allCases { tags[key] = "\(key) ü" }
    let samples = FiniteTests.bytes(Self.sine(960))
    try write(samples, to: folder.file("a.opus"), AudioFileFormat(.opus), channels: 1, tags: tags)
    let read = try AudioFile(path: folder.file("a.opus")).tags
    for (key, text) in tags.all where key != .software { #expect(read[key] == text) }
  }
}
