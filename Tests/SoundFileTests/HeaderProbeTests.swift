import PCM
import TestSupport
import Testing

@testable import SoundFile

struct HeaderProbeTests {
  @Test func everyMarkIsKnownWhole() {
    let known: [(AudioFileType, [UInt8])] = [
      (.wav, text("RIFF") + [1, 2, 3, 4] + text("WAVE")),
      (.wav, text("RIFX") + [1, 2, 3, 4] + text("WAVE")),
      (.rf64, text("RF64") + [1, 2, 3, 4] + text("WAVE")),
      (.rf64, text("BW64") + [1, 2, 3, 4] + text("WAVE")),
      (.aiff, text("FORM") + [1, 2, 3, 4] + text("AIFF")),
      (.aiff, text("FORM") + [1, 2, 3, 4] + text("AIFC")),
      (.caf, text("caff") + [0, 1, 0, 0] + text("desc")),
      (.flac, text("fLaC") + [0x80, 0, 0, 34]),
      (.ogg, text("OggS") + [0, 2]),
      (.mp3, text("ID3") + [4, 0, 0, 0, 0, 1, 2]),
      (
        .au,
        Array(
          (SunHeaderPlan(encoding: .s16be, sampleRate: 8000, channelCount: 1)?
            .bytes(dataByteCount: nil) ?? [])
            .prefix(24))
      ),
    ]
    for (type, head) in known {
      #expect(AudioFileType.probe(head) == type, "\(type)")
      // One byte fewer, or one of its bits turned, is not enough to be sure.
      #expect(AudioFileType.probe(head.dropLast()) == nil, "\(type) cut")
    }
  }

  @Test func whatOnlyBeginsLikeAHeaderIsRaw() throws {
    let pretenders: [[UInt8]] = [
      text("RIFF") + [1, 2, 3, 4] + text("XYZ "),
      text("FORM") + [1, 2, 3, 4] + text("ILBM"),
      text("riff") + [UInt8](repeating: 0, count: 40),
      text("fLaC") + [5, 0, 0, 34, 1, 2, 3, 4],
      text("OggS") + [1, 2, 3, 4, 5, 6],
      text("ID3") + [9, 0, 0, 0, 0, 0, 0, 1],
      text("caff") + [7, 7, 0, 0, 1, 2, 3, 4],
      text(".snd") + [UInt8](repeating: 0xFF, count: 24),
      [0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 1, count: 60),
      [1], [1, 2, 3],
    ]
    for bytes in pretenders {
      let feeder = PipeFeeder(bytes, singles: 100)
      let raw = RawDescription(encoding: .s8, sampleRate: 8000, channelCount: 1)
      let file = try AudioFile(feeder, raw: raw)
      #expect(file.type == .raw)
      #expect(try file.readAll() == bytes)
    }
  }

  @Test func headersCutShortAreErrors() throws {
    let folder = try TemporaryDirectory()
    for type in [AudioFileType.wav, .rf64, .aiff, .au, .caf, .w64, .flac, .ogg, .opus] {
      let path = folder.file("whole.\(type.suffixes[0])")
      let format = AudioFileFormat(type)
      let samples = RoundTripTests.samples(format, channels: 2, count: 600)
      try write(samples, to: path, format, channels: 2)
      let bytes = try contents(of: path)
      for count in [4, 5, 11, 13, 20, 23] {
        let feeder = PipeFeeder(Array(bytes[..<count]))
        let error = #expect(throws: AudioFileError.self, "\(type) of \(count) bytes") {
          _ = try AudioFile(feeder)
        }
        expectGoodWords(error)
        try save(Array(bytes[..<count]), to: path)
        let failure = #expect(throws: AudioFileError.self) { _ = try AudioFile(path: path) }
        expectGoodWords(failure)
      }
    }
  }

  @Test func emptyStreamIsRawAndEmptyFileIsAnError() throws {
    let file = try AudioFile(PipeFeeder([]))
    #expect(file.type == .raw)
    #expect(try file.readAll() == [])
    #expect(file.trailingByteCount == 0)
    let folder = try TemporaryDirectory()
    try save([], to: folder.file("empty"))
    let error = #expect(throws: AudioFileError.self) {
      _ = try AudioFile(path: folder.file("empty"))
    }
    #expect(error?.kind == .unrecognized)
    #expect(error?.message == "empty file")
    try save([], to: folder.file("empty.raw"))
    #expect(try AudioFile(path: folder.file("empty.raw")).frameCount == 0)
  }

  @Test func tagBeforeFLACIsPassedOver() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.flac")
    let samples = frames(500, channels: 2, .s16le)
    try write(samples, to: path, AudioFileFormat(.flac, encoding: .s16le), channels: 2)
    let tagged = text("ID3") + [3, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 128)
    try save(tagged + contents(of: path), to: path)
    #expect(try AudioFile(path: path).readAll() == samples)
    #expect(try AudioFile(PipeFeeder(contents(of: path))).readAll() == samples)
  }
}

func text(_ string: String) -> [UInt8] { Array(string.utf8) }

/// Lower case, one line, no full stop.
func expectGoodWords(_ error: AudioFileError?) {
  guard let error else { return }
  let message = error.message
  #expect(!message.isEmpty && !message.contains("\n") && !message.hasSuffix("."), "\(message)")
  let first = message.prefix(2)
  #expect(first.first?.isUppercase == false || first == first.uppercased(), "\(message)")
}
