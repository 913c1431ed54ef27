import Testing

@testable import SoundFile

struct FileNameTests {
  static func bytes(_ text: String) -> [UInt8] {
    FileName.bytes(of: text).map { UInt8(bitPattern: $0) }
  }

  @Test func anyBytesComeBack() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let name = (0..<Int.random(in: 0...12)).map { _ in
        // Most of them look like the beginning or the middle of a character.
        UInt8.random(in: Bool.random() ? 0x80...0xFF : 1...0x7F, using: &generator)
      }
      #expect(Self.bytes(FileName.text(of: name)) == name + [0], "\(name)")
    }
  }

  @Test func namesOfWholeCharactersAreThemselves() {
    for name in ["take.wav", "Übung.wav", "録音.flac", "🎵", "e\u{301}", ""] {
      #expect(FileName.text(of: Array(name.utf8)) == name)
      #expect(Self.bytes(name) == Array(name.utf8) + [0])
    }
  }

  @Test func whatStandsForBytesIsNotTakenForThem() {
    let name = "\u{10FF80}\u{10FFFF}"
    let text = FileName.text(of: Array(name.utf8))
    #expect(text != name)
    #expect(Self.bytes(text) == Array(name.utf8) + [0])
  }

  @Test func latin1KeepsItsSuffix() {
    let text = FileName.text(of: Array("caf".utf8) + [0xE9] + Array(".wav".utf8))
    #expect(AudioFileType.forPath(text) == .wav)
  }
}
