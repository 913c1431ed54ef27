import PCM
import TestSupport
import Testing

@testable import SoundFile

struct WAVHeaderTests {
  /// A chunk with its padding.
  static func chunk(_ name: String, _ body: [UInt8], saying size: Int? = nil) -> [UInt8] {
    var header = HeaderBytes(isBigEndian: false)
    header.append(text: name)
    header.append(size ?? body.count, byteCount: 4)
    return header.bytes + body + (body.count % 2 == 1 ? [0] : [])
  }

  static func format(
    tag: Int = 1, channels: Int = 2, rate: Int = 48000, bits: Int = 16, bytesPerFrame: Int? = nil
  ) -> [UInt8] {
    var fields = HeaderBytes(isBigEndian: false)
    let size = bytesPerFrame ?? channels * bits / 8
    for (number, count) in [
      (tag, 2), (channels, 2), (rate, 4), (rate * size, 4), (size, 2), (bits, 2),
    ] {
      fields.append(number, byteCount: count)
    }
    return chunk("fmt ", fields.bytes)
  }

  static func riff(_ chunks: [UInt8], name: String = "RIFF", saying size: Int? = nil) -> [UInt8] {
    var header = HeaderBytes(isBigEndian: false)
    header.append(text: name)
    header.append(size ?? chunks.count + 4, byteCount: 4)
    header.append(text: "WAVE")
    return header.bytes + chunks
  }

  static let samples = frames(100, channels: 2, .s16le)

  /// Reads bytes as a file and as a stream; both must agree.
  func read(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryDirectory()
    try save(bytes, to: folder.file("a.wav"))
    let file = try AudioFile(path: folder.file("a.wav"))
    let fromFile = try file.readAll()
    let feeder = PipeFeeder(bytes, singles: 200)
    let fromPipe = try AudioFile(feeder).readAll()
    #expect(fromFile == fromPipe)
    #expect(feeder.finish() == bytes.count)
    return fromFile
  }

  @Test(arguments: [0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF])
  func unknownLengthMeansUntilTheEnd(length: Int) throws {
    let data = Self.chunk("data", Self.samples, saying: length)
    for riffLength in [0, length, 0xFFFF_FFFF] {
      #expect(try read(Self.riff(Self.format() + data, saying: riffLength)) == Self.samples)
    }
  }

  @Test func emptyDataBeforeTextsIsEmpty() throws {
    let texts = Self.chunk("LIST", text("INFO") + Self.chunk("INAM", text("nothing")))
    #expect(try read(Self.riff(Self.format() + Self.chunk("data", []) + texts)) == [])
  }

  @Test func chunksInOddPlacesAreSteppedOver() throws {
    let odd = Self.chunk("JUNK", [1, 2, 3]) + Self.chunk("LIST", text("adtl") + [9])
    let after = Self.chunk("LIST", text("INFO") + Self.chunk("IART", text("someone")))
    let bytes = Self.riff(
      odd + Self.format() + Self.chunk("bext", [UInt8](repeating: 7, count: 603)) + odd
        + Self.chunk("data", Self.samples) + after)
    #expect(try read(bytes) == Self.samples)
  }

  @Test func oddDataIsPaddedAndCounted() throws {
    let bytes = Self.riff(
      Self.format(channels: 1, bits: 8) + Self.chunk("data", [1, 2, 3])
        + Self.chunk("LIST", text("INFO") + Self.chunk("INAM", text("odd"))))
    #expect(try read(bytes) == [1, 2, 3])
    let folder = try TemporaryDirectory()
    try save(bytes, to: folder.file("a.wav"))
    #expect(try AudioFile(path: folder.file("a.wav")).tags[.title] == "odd")
  }

  @Test func cutDataEndsWhereItWasCut() throws {
    let whole = Self.riff(Self.format() + Self.chunk("data", Self.samples))
    let cut = Array(whole.dropLast(5))
    #expect(try read(cut) == Array(Self.samples.dropLast(8)))
    for file in try [AudioFile(PipeFeeder(cut)), fileOf(cut)] {
      _ = try file.readAll()
      let end = Damage.Kind.endsEarly(.frames(promised: 100))
      #expect(file.takeDamage() == [Damage(kind: end, position: 98, frameCount: 2)])
      #expect(file.trailingByteCount == 0, "what is missing says more")
      #expect(file.frameCount == (file.isSeekable ? 98 : 100))
    }
  }

  @Test func rf64TakesItsLengthFromItsOwnChunk() throws {
    for (length, name) in [(Self.samples.count, "RF64"), (0, "RF64"), (Self.samples.count, "BW64")]
    {
      var sizes = HeaderBytes(isBigEndian: false)
      for size in [1 << 33, length, 100] { sizes.append(size, byteCount: 8) }
      sizes.append(0, byteCount: 4)
      let bytes = Self.riff(
        Self.chunk("ds64", sizes.bytes) + Self.format()
          + Self.chunk("data", Self.samples, saying: 0xFFFF_FFFF),
        name: name, saying: 0xFFFF_FFFF)
      #expect(try read(bytes) == Self.samples)
      #expect(try AudioFile(PipeFeeder(bytes)).type == .rf64)
    }
  }

  @Test func lengthsBeyond4GiBAreCountedInFull() throws {
    // A hole is as good as silence, and takes no room.
    let folder = try TemporaryDirectory()
    let path = folder.file("long.wav")
    try save(Self.riff(Self.format() + Self.chunk("data", [], saying: 0xFFFF_FFFF)), to: path)
    let end = 5 << 30
    try lengthen(path, to: end + 44)
    let file = try AudioFile(path: path)
    #expect(file.frameCount == end / 4)
    #expect(try file.skip(end / 4 - 7) == end / 4 - 7)
    #expect(try file.readAll().count == 28)
  }

  @Test func lyingHeadersAreErrorsInOneLine() throws {
    let data = Self.chunk("data", Self.samples)
    let liars: [[UInt8]] = [
      Self.riff(Self.format(channels: 0, bytesPerFrame: 0) + data),
      Self.riff(Self.format(channels: 65535, bytesPerFrame: 4) + data),
      Self.riff(Self.format(rate: 0) + data),
      Self.riff(Self.format(rate: 0xFFFF_FFFF) + data),
      Self.riff(Self.format(tag: 0x1234) + data),
      Self.riff(Self.format(bits: 77) + data),
      Self.riff(data),
      Self.riff(Self.format()),
      Self.riff(Self.chunk("fmt ", [1, 0]) + data),
    ]
    for liar in liars {
      let error = #expect(throws: AudioFileError.self) { _ = try fileOf(liar) }
      expectGoodWords(error)
      expectGoodWords(#expect(throws: AudioFileError.self) { _ = try AudioFile(PipeFeeder(liar)) })
    }
  }

  func fileOf(_ bytes: [UInt8]) throws -> AudioFile {
    let folder = try TemporaryDirectory()
    try save(bytes, to: folder.file("a.wav"))
    return try AudioFile(path: folder.file("a.wav"))
  }
}
