import TestSupport
import Testing

@testable import SoundFile

struct FiniteTests {
  static func bytes(_ samples: [Float]) -> [UInt8] {
    unsafe samples.withUnsafeBytes { unsafe Array($0) }
  }

  @Test func soundSamplesAreLeftAlone() {
    let samples = Self.bytes([0, -0.0, 1, -1, 1023.9, .leastNonzeroMagnitude])
    #expect(unsafe Finite.repaired(samples.span.bytes) == nil)
    let nothing: [UInt8] = []
    #expect(unsafe Finite.repaired(nothing.span.bytes) == nil)
  }

  @Test func noNumberIsSilenceAndNoBoundIsFullScale() throws {
    let samples = Self.bytes([0.5, .nan, .infinity, -.infinity, -.nan, -3e38, 0x1p10])
    let repaired = try #require(unsafe Finite.repaired(samples.span.bytes))
    #expect(repaired.bytes == Self.bytes([0.5, 0, 1, -1, 0, -1, 1]))
    #expect(repaired.count == 6)
  }

  @Test(arguments: [AudioFileType.ogg, .opus, .mp3])
  func encodersAreSparedThem(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    var samples = [Float](repeating: 0.1, count: 20000)
    (samples[7000], samples[7001], samples[7002]) = (.nan, .infinity, -.infinity)
    for index in 9000..<9100 { samples[index] = 1e30 }
    var writer = try AudioFileWriter(
      path: folder.file("a.\(type)"), format: AudioFileFormat(type), sampleRate: 48000,
      channelCount: 1)
    try writer.writeAll(Self.bytes(samples))
    #expect(writer.clippedCount == 103)
    try writer.close()
    let read = try AudioFile(path: folder.file("a.\(type)")).readAll()
    #expect(unsafe Finite.repaired(read.span.bytes) == nil)
    #expect(read.count >= 4 * 20000)
  }
}
