import PCM
import TestSupport
import Testing

@testable import SoundFile

/// Damaged files give an error in one line or some frames, never a crash or a hang.
struct SpoiledFileTests {
  static let formats: [AudioFileFormat] = [
    AudioFileFormat(.wav, encoding: .s16le), AudioFileFormat(.wav, codec: .imaADPCM),
    AudioFileFormat(.wav, codec: .gsm610), AudioFileFormat(.wavex, encoding: .s24le),
    AudioFileFormat(.rf64, encoding: .f32le), AudioFileFormat(.aiff, encoding: .s16be),
    AudioFileFormat(.au, encoding: .s16be), AudioFileFormat(.au, codec: .g721),
    AudioFileFormat(.caf, encoding: .s16le), AudioFileFormat(.caf, codec: .alac16),
    AudioFileFormat(.w64, encoding: .s16le), AudioFileFormat(.flac, encoding: .s16le),
    AudioFileFormat(.ogg), AudioFileFormat(.opus), AudioFileFormat(.mp3),
    AudioFileFormat(.voc, encoding: .s16le), AudioFileFormat(.nist, encoding: .s16le),
    AudioFileFormat(.ircam, encoding: .s16le), AudioFileFormat(.svx, encoding: .s16be),
    AudioFileFormat(.mat5, encoding: .s16le), AudioFileFormat(.paf, encoding: .s16be),
  ]

  @Test(arguments: formats)
  func spoiledHeadersNeverCrash(format: AudioFileFormat) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.\(format.type.suffixes[0])")
    let samples = RoundTripTests.samples(format, channels: 1, count: 400)
    let rate = RoundTripTests.rate(of: format)
    try write(samples, to: path, format, rate: rate, channels: 1)
    let whole = try contents(of: path)
    var dice = Dice(seed: 7)
    for round in 0..<150 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &dice) {
        let index = Int.random(in: 0..<min(160, bytes.count), using: &dice)
        let values: [UInt8] = [0, 0xFF, 0x7F, 0x80, UInt8.random(in: 0...255, using: &dice)]
        bytes[index] = values.randomElement(using: &dice) ?? 0
      }
      if round % 3 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &dice)) }
      try save(bytes, to: path)
      tryToRead { () throws(AudioFileError) in try AudioFile(path: path) }
      let feeder = PipeFeeder(bytes)
      tryToRead { () throws(AudioFileError) in try AudioFile(feeder) }
      #expect(feeder.finish() >= 0, "the writer hangs")
    }
  }

  /// Reads at most some thousand frames; whatever is thrown must be one good line.
  func tryToRead(_ open: () throws(AudioFileError) -> AudioFile) {
    let error = failure { () throws(AudioFileError) in
      let file = try open()
      // A header may claim more channels than there can be bytes for.
      var room = [UInt8](repeating: 0, count: file.bytesPerFrame * 64)
      for _ in 0..<100 where try file.readFrames(&room) == 0 { break }
      if file.isSeekable { try file.seek(toFrame: 3) }
    }
    expectGoodWords(error)
  }
}
