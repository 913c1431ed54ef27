import PCM
import TestSupport
import Testing

@testable import SoundFile

/// libmpg123's handles are used again: a file is read like the first one.
struct MPEGFileTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory() }

  struct Outcome: Equatable {
    let sound: [UInt8]
    let tags: AudioFileTags
    let frameCount: Int?
    let damage: [Damage]

    init(_ file: AudioFile) throws {
      sound = try file.readAll()
      (tags, frameCount, damage) = (file.tags, file.frameCount, file.takeDamage())
    }
  }

  private func made(
    _ name: String, rate: Double, channels: Int, tags: AudioFileTags = AudioFileTags()
  ) throws -> [UInt8] {
    try write(
      frames(20_000, channels: channels, .f32le), to: folder.file(name), AudioFileFormat(.mp3),
      rate: rate, channels: channels, tags: tags)
    return try contents(of: folder.file(name))
  }

  private func opened(_ name: String) throws -> AudioFile {
    try AudioFile(path: folder.file(name))
  }

  @Test func aFileAfterAndBesideOtherOnesIsReadLikeTheFirst() throws {
    var tags = AudioFileTags()
    tags[.title] = "Noise"
    let good = try made("good.mp3", rate: 44_100, channels: 2, tags: tags)
    let other = try made("other.mp3", rate: 22_050, channels: 1)
    var spoiled = good
    for place in stride(from: 3000, to: spoiled.count, by: 701) { spoiled[place] ^= 0xFF }
    try save(spoiled, to: folder.file("spoiled.mp3"))
    try save(Array(good.dropLast(1500)), to: folder.file("cut.mp3"))
    try save(Array("ID3 and nothing".utf8), to: folder.file("none.mp3"))
    try save(good + other, to: folder.file("joined.mp3"))

    let first = try Outcome(opened("good.mp3"))
    #expect(first.tags[.title] == "Noise" && first.frameCount == 20_000 && first.damage.isEmpty)
    for name in ["other.mp3", "spoiled.mp3", "cut.mp3", "none.mp3", "joined.mp3"] {
      _ = try? Outcome(opened(name))
      #expect(try Outcome(opened("good.mp3")) == first, "after \(name)")
      let beside = try? opened(name)
      #expect(try Outcome(opened("good.mp3")) == first, "beside \(name)")
      withExtendedLifetime(beside) {}
      let piped = try AudioFile(PipeFeeder(good))
      #expect(!piped.isSeekable)
      #expect(try Outcome(piped).sound == first.sound, "a pipe after \(name)")
    }
  }
}
