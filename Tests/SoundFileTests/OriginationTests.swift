import PCM
import TestSupport
import Testing

@testable import SoundFile

struct OriginationTests {
  /// Noon and a bit, wherever the test runs.
  static let noon = Origination(captured: 1_764_072_000.25, sampleRate: 48000)

  @Test func timeAndReferenceAreOfTheSameMoment() {
    let second = Self.noon.timeReference / 48000
    let parts = Self.noon.time.split(separator: ":").compactMap { Int($0) }
    #expect(parts.count == 3)
    #expect(parts.reduce(0) { $0 * 60 + $1 } == second)
    #expect(Self.noon.timeReference % 48000 == 12000)
    #expect(Self.noon.text == "\(Self.noon.date)T\(Self.noon.time).250")
  }

  @Test func aLaterFrameIsLaterAndMayBeOfTheNextDay() throws {
    let later = Self.noon.advanced(by: 0.5, sampleRate: 48000)
    #expect(later.timeReference == Self.noon.timeReference + 24000)
    #expect(later.date == Self.noon.date)
    let slow = Self.noon.advanced(by: 0, sampleRate: 8000)
    #expect(slow.timeReference == Self.noon.timeReference / 6)
    #expect(slow.time == Self.noon.time)
    let tomorrow = Self.noon.advanced(by: 86400, sampleRate: 48000)
    #expect(tomorrow.timeReference == Self.noon.timeReference)
    #expect(tomorrow.date > Self.noon.date)
  }

  @Test(arguments: [AudioFileType.wav, .rf64], [true, false])
  func filesCarryIt(type: AudioFileType, isReserved: Bool) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.wav")
    var options = AudioFileWriter.Options()
    options.reservesOrigination = isReserved
    if !isReserved { options.origination = Self.noon }
    var writer = try AudioFileWriter(
      path: path, format: AudioFileFormat(type, encoding: .s16le), sampleRate: 48000,
      channelCount: 2, options: options)
    if isReserved { try writer.setOrigination(Self.noon) }
    try writer.writeAll(AudioFileTests.samples)
    try writer.close()
    let file = try AudioFile(path: path)
    #expect(file.origination == Self.noon)
    #expect(try file.readAll() == AudioFileTests.samples)
    let bytes = try contents(of: path)
    let chunks = (0..<700).filter { fourCharacters(bytes, at: $0) == "bext" }
    let chunk = try #require(chunks.first)
    let format = try #require((0..<700).first { fourCharacters(bytes, at: $0) == "fmt " })
    #expect(chunk == format + 24)
    #expect(fourCharacters(bytes, at: chunk + 8 + 602) == "data")
    #expect(bytes[(chunk + 8 + 320)..<(chunk + 8 + 330)].elementsEqual(Self.noon.date.utf8))
  }

  @Test func roomThatWasNotUsedIsNoTime() throws {
    let folder = try TemporaryDirectory()
    var options = AudioFileWriter.Options()
    options.reservesOrigination = true
    let writer = try AudioFileWriter(
      path: folder.file("a.wav"), format: AudioFileFormat(.wav, encoding: .s16le),
      sampleRate: 48000, channelCount: 2, options: options)
    try writer.close()
    let file = try AudioFile(path: folder.file("a.wav"))
    #expect(file.origination == nil)
    #expect(file.frameCount == 0)
  }

  @Test func aChunkWithoutADateIsNone() {
    var chunk = [UInt8](repeating: 0, count: 602)
    #expect(Origination(chunk, sampleRate: 48000) == nil)
    chunk.replaceSubrange(320..<330, with: Array("2026-11-31".utf8))
    #expect(Origination(chunk, sampleRate: 48000)?.date == "2026-12-01")
    chunk.replaceSubrange(320..<330, with: Array("2026_13_01".utf8))
    #expect(Origination(chunk, sampleRate: 48000) == nil)
    #expect(Origination(Array(chunk.prefix(340)), sampleRate: 48000) == nil)
  }
}
