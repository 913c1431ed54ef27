import PCM
import TestSupport
import Testing

@testable import SoundFile

struct CAFHeaderTests {
  static let samples = frames(100, channels: 2, .s16le)

  static func chunk(_ name: String, _ body: [UInt8], saying size: Int? = nil) -> [UInt8] {
    var bytes = HeaderBytes(isBigEndian: true)
    bytes.append(text: name)
    bytes.append(size ?? body.count, byteCount: 8)
    return bytes.bytes + body
  }

  static func file(_ chunks: [UInt8], channels: Int = 2, rate: Double = 48000) -> [UInt8] {
    var desc = HeaderBytes(isBigEndian: true)
    desc.append(Int(bitPattern: UInt(rate.bitPattern)), byteCount: 8)
    desc.append(text: "lpcm")
    for field in [2, 2 * channels, 1, channels, 16] { desc.append(field, byteCount: 4) }
    return text("caff") + [0, 1, 0, 0] + chunk("desc", desc.bytes) + chunks
  }

  static func info(_ texts: String...) -> [UInt8] {
    chunk("info", [0, 0, 0, UInt8(texts.count / 2)] + texts.flatMap { text($0) + [0] })
  }

  func read(_ bytes: [UInt8]) throws -> (AudioFile, [UInt8]) {
    let folder = try TemporaryDirectory()
    try save(bytes, to: folder.file("a.caf"))
    let file = try AudioFile(path: folder.file("a.caf"))
    let fromFile = try file.readAll()
    let feeder = PipeFeeder(bytes, singles: 150)
    #expect(try AudioFile(feeder).readAll() == fromFile)
    #expect(feeder.finish() == bytes.count)
    return (file, fromFile)
  }

  @Test func dataOfUnknownLengthGoesOnUntilTheEnd() throws {
    let (file, read) = try read(
      Self.file(
        Self.info("title", "a song") + Self.chunk("data", [0, 0, 0, 0] + Self.samples, saying: -1)))
    #expect(read == Self.samples)
    #expect(file.encoding == .s16le)
    #expect(file.tags[.title] == "a song")
  }

  @Test func textsBehindTheSamplesAreFoundInFiles() throws {
    let data = Self.chunk("data", [0, 0, 0, 0] + Self.samples)
    let (file, read) = try read(
      Self.file(Self.chunk("free", [1, 2, 3]) + data + Self.info("artist", "her", "year", "1")))
    #expect(read == Self.samples)
    #expect(file.tags[.artist] == "her")
  }

  @Test func lyingHeadersAreErrorsOrEndWithTheFile() throws {
    let long = Self.chunk("data", [0, 0, 0, 0] + Self.samples, saying: 1 << 50)
    #expect(try read(Self.file(long)).1 == Self.samples)
    let data = Self.chunk("data", [0, 0, 0, 0] + Self.samples)
    for bad in [
      Self.file(data, channels: 0), Self.file(data, channels: 1 << 20), Self.file(data, rate: .nan),
      Self.file(data, rate: -5), Self.file(Self.chunk("free", [1])),
      Self.file(Self.chunk("free", [1], saying: 1 << 61) + data),
    ] {
      let feeder = PipeFeeder(bad)
      let error = failure { () throws(AudioFileError) in _ = try AudioFile(feeder) }
      #expect(error != nil)
      expectGoodWords(error)
    }
  }
}
