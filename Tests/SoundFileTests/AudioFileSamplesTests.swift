import PCM
import TestSupport
import Testing

@testable import SoundFile

struct AudioFileSamplesTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func write<S: Sample>(
    _ buffer: SampleBuffer<S>, _ name: String, _ encoding: SampleEncoding, dither: Bool = false
  ) throws -> AudioFile {
    let path = folder.file(name)
    var writer = try AudioFileWriter(
      path: path, format: AudioFileFormat(.wav, codec: .pcm(encoding)), sampleRate: 44_100,
      channelCount: buffer.channelCount)
    try writer.write(buffer, dither: dither)
    try writer.close()
    return try AudioFile(path: path)
  }

  /// More frames than are converted at a time, of an encoding with and without conversion.
  @Test func samplesOfAnyTypeReturn() throws {
    let count = 150_000
    let values = (0..<(2 * count)).map { Int16(truncatingIfNeeded: $0 * 7) }
    let buffer = SampleBuffer(values, channelCount: 2, sampleRate: 44_100)
    for encoding in [SampleEncoding.s16le, .s24le, .f32le] {
      let file = try write(buffer, "\(encoding).wav", encoding)
      #expect(try file.read(as: Int16.self) == buffer)
      #expect(try file.read(as: Int16.self).frameCount == 0)
      try file.rewind()
      #expect(try file.read(as: Float.self) == buffer.converted(to: Float.self))
    }
  }

  @Test func aPartEndsWhereTheCallerSays() throws {
    let file = try write(SampleBuffer<Int16>([1, 2, 3, 4, 5]), "a.wav", .s16le)
    #expect(try file.read(as: Int16.self, maxFrameCount: 2).samples == [1, 2])
    #expect(file.position == 2)
    #expect(try file.read(as: Int16.self, maxFrameCount: 0).samples.isEmpty)
    #expect(try file.read(as: Int24.self, maxFrameCount: 9).samples == [768, 1024, 1280])
  }

  @Test(arguments: [SampleEncoding.s16le, .s32le])
  func aSpanTakesWholeFrames(encoding: SampleEncoding) throws {
    let buffer = SampleBuffer<Int16>([1, 2, 3, 4, 5, 6], channelCount: 2)
    let file = try write(buffer, "a.wav", encoding)
    var room = [Int16](repeating: 9, count: 5)
    var counts: [Int] = []
    for _ in 0..<3 {
      var span = room.mutableSpan
      counts.append(try file.read(into: &span))
    }
    #expect(counts == [2, 1, 0])
    #expect(room == [5, 6, 3, 4, 9])
  }

  @Test func aFileCutShortGivesWhatIsThere() throws {
    let path = folder.file("a.wav")
    _ = try write(SampleBuffer<Int16>([1, 2, 3, 4]), "a.wav", .s16le)
    var bytes = try contents(of: path)
    bytes.removeLast(3)
    try save(bytes, to: path)
    let file = try AudioFile(path: path)
    #expect(try file.read(as: Int16.self).samples == [1, 2])
    #expect(file.takeDamage().count == 1)
  }

  @Test func clippingIsCountedAndDitherIsNoise() throws {
    var writer = try AudioFileWriter(
      path: folder.file("a.wav"), format: AudioFileFormat(.wav, codec: .pcm(.s16le)),
      sampleRate: 8000, channelCount: 1)
    try writer.write(SampleBuffer<Float>([2, 0, -3]))
    try writer.write(SampleBuffer<Float>(frameCount: 500), dither: true)
    try writer.write(SampleBuffer<Float>(frameCount: 500), dither: true)
    #expect(writer.clippedCount == 2)
    try writer.close()
    let samples = try AudioFile(path: folder.file("a.wav")).read(as: Int16.self).samples
    #expect(Array(samples[..<3]) == [32767, 0, -32768])
    #expect(Set(samples[3...]) == [-1, 0, 1])
    #expect(samples[3..<503] != samples[503...])
  }

  @Test func otherChannelsAndRatesAreRefused() throws {
    var writer = try AudioFileWriter(
      path: folder.file("a.wav"), format: AudioFileFormat(.wav, codec: .pcm(.s16le)),
      sampleRate: 8000, channelCount: 2)
    for wrong in [
      SampleBuffer<Int16>([1]), SampleBuffer([1, 1], channelCount: 2, sampleRate: 8001),
    ] {
      var kind: AudioFileError.Kind?
      do throws(AudioFileError) { try writer.write(wrong) } catch { kind = error.kind }
      #expect(kind == .unsupported)
    }
    try writer.write(SampleBuffer<Int16>([1, 2], channelCount: 2, sampleRate: 8000))
    try writer.close()
    #expect(try AudioFile(path: folder.file("a.wav")).read(as: Int16.self).samples == [1, 2])
  }
}
