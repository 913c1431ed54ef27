import PCM
import TestSupport
import Testing

@testable import SoundFile

struct AudioFileTagsTests {
  static let picture = Picture(
    kind: 3, mimeType: "image/png", caption: "Hülle", width: 4, height: 3, depth: 24, colorCount: 0,
    data: (0..<1001).map { UInt8(truncatingIfNeeded: $0 &* 31) })

  static var tags: AudioFileTags {
    var tags = AudioFileTags()
    tags[.title] = "Début"
    tags[.artist] = "somebody"
    for text in ["ARTIST=somebody else", "ALBUMARTIST=all", "REPLAYGAIN_TRACK_GAIN=-6.5 dB"] {
      let bytes = Array(text.utf8)
      unsafe bytes.withUnsafeBytes { unsafe tags.add(comment: $0) }
    }
    tags.pictures = [picture, picture]
    return tags
  }

  @Test(arguments: [AudioFileType.flac, .ogg, .opus])
  func allTextsAndPicturesComeBack(type: AudioFileType) throws {
    let folder = try TemporaryDirectory()
    var tags = Self.tags
    // The first artist is the text, the second one more.
    #expect(tags.comments.count == 3)
    let format = AudioFileFormat(type)
    let samples = RoundTripTests.samples(format, channels: 1, count: 5000)
    try write(samples, to: folder.file("a"), format, channels: 1, tags: tags)
    var read = try AudioFile(path: folder.file("a")).tags
    // The encoder names itself.
    (read[.software], tags[.software]) = (nil, nil)
    read.comments.removeAll { $0.name.lowercased().hasPrefix("encoder") }
    #expect(read == tags)
    #expect(tags.dropped(by: type).isEmpty)
  }

  @Test(arguments: [false, true])
  func anMP3HoldsAllTextsAndACover(isStream: Bool) throws {
    let folder = try TemporaryDirectory()
    var tags = Self.tags
    tags[.album] = "Ελληνικά"
    tags[.comment] = "so so"
    tags[.copyright] = "2024 nobody"
    tags[.date] = "2024-05-06"
    tags[.genre] = "Jazz"
    tags[.license] = "none"
    tags[.software] = "sd"
    tags[.trackNumber] = "3/7"
    let image = [0x89, 0x50, 0x4E, 0x47] + (0..<90_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let cover = Picture(
      kind: 3, mimeType: "image/png", caption: "", width: 0, height: 0, depth: 0, colorCount: 0,
      data: image)
    // The first is of no kind that an MP3 can hold.
    tags.pictures = [Self.picture, cover]
    #expect(tags.dropped(by: .mp3) == ["a picture"])
    let format = AudioFileFormat(.mp3)
    let samples = RoundTripTests.samples(format, channels: 1, count: 5000)
    let file: AudioFile
    if isStream {
      var options = AudioFileWriter.Options()
      options.tags = tags
      let collector = PipeCollector()
      var writer = try AudioFileWriter(
        descriptor: collector.writing, format: format, sampleRate: 48000, channelCount: 1,
        options: options)
      try writer.writeAll(samples)
      try writer.close()
      file = try AudioFile(PipeFeeder(collector.finish()))
    } else {
      try write(samples, to: folder.file("a"), format, channels: 1, tags: tags)
      file = try AudioFile(path: folder.file("a"))
      #expect(file.frameCount == 5000)
    }
    var read = file.tags
    #expect(Set(read.comments) == Set(tags.comments))
    #expect(read.pictures.map(\.kind) == [3])
    let isCover = read.pictures == [cover]
    #expect(isCover)
    (read.comments, tags.comments) = ([], [])
    (read.pictures, tags.pictures) = ([], [])
    #expect(read == tags)
  }

  @Test func aVorbisStreamTakesALongPictureAndNoInvalidName() throws {
    var options = AudioFileWriter.Options()
    options.tags = Self.tags
    let data = [UInt8](repeating: 0xA5, count: 300_000)
    let long = Picture(
      kind: 3, mimeType: "image/png", caption: "", width: 0, height: 0, depth: 0, colorCount: 0,
      data: data)
    options.tags.pictures = [long]
    options.tags.comments = [.init(name: "A~B", text: "dropped"), .init(name: "A B", text: "kept")]
    let collector = PipeCollector()
    let format = AudioFileFormat(.ogg)
    var writer = try AudioFileWriter(
      descriptor: collector.writing, format: format, sampleRate: 48000, channelCount: 2,
      options: options)
    try writer.writeAll(RoundTripTests.samples(format, channels: 2, count: 50_000))
    try writer.close()
    let file = try AudioFile(PipeFeeder(collector.finish()))
    #expect(file.tags.pictures == [long])
    #expect(file.tags.comments == [.init(name: "A B", text: "kept")])
    let byteCount = try file.readAll().count
    #expect(byteCount == 50_000 * 8)
  }

  @Test func flacKeepsUnusualSpeakers() throws {
    let folder = try TemporaryDirectory()
    for mask in [0x60F, 0x3F, 0xFF] as [UInt32] {
      var options = AudioFileWriter.Options()
      options.layout = ChannelLayout(mask: mask, channelCount: mask.nonzeroBitCount)
      let writer = try AudioFileWriter(
        path: folder.file("a.flac"), format: AudioFileFormat(.flac), sampleRate: 48000,
        channelCount: mask.nonzeroBitCount, options: options)
      try writer.close()
      let file = try AudioFile(path: folder.file("a.flac"))
      #expect(file.layout == options.layout)
      #expect(file.tags.isEmpty)
    }
  }

  @Test func aKnownLengthStandsInAFLACStream() throws {
    let collector = PipeCollector()
    var options = AudioFileWriter.Options()
    options.length = .exactly(5000)
    let format = AudioFileFormat(.flac, encoding: .s16le)
    var writer = try AudioFileWriter(
      descriptor: collector.writing, format: format, sampleRate: 48000, channelCount: 1,
      options: options)
    let samples = RoundTripTests.samples(format, channels: 1, count: 5000)
    try writer.writeAll(samples)
    try writer.close()
    let file = try AudioFile(PipeFeeder(collector.finish()))
    #expect(file.frameCount == 5000)
    #expect(try file.readAll() == samples)
  }

  @Test func whatATypeHasNoPlaceForIsNamed() {
    #expect(
      Self.tags.dropped(by: .wav)
        == ["ARTIST", "ALBUMARTIST", "REPLAYGAIN_TRACK_GAIN", "2 pictures"])
    #expect(Self.tags.dropped(by: .au).prefix(2) == ["title", "artist"])
    #expect(AudioFileTags().dropped(by: .au).isEmpty)
    #expect(Self.tags.dropped(by: .raw).isEmpty)
  }

  @Test func base64ComesBack() {
    for count in 0..<40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ count) }
      let text = Base64.text(of: bytes)
      #expect(text.utf8.count % 4 == 0)
      #expect(Base64.bytes(of: text.utf8) == bytes)
    }
    #expect(Base64.text(of: Array("Ma".utf8)) == "TWE=")
    #expect(Base64.bytes(of: "T!==".utf8) == nil)
  }

  @Test func aCutPictureIsNone() {
    let block = Self.picture.block
    #expect(Picture(block: block) == Self.picture)
    for count in [0, 3, 10, 40, block.count - 1] {
      #expect(Picture(block: Array(block.prefix(count))) == nil)
    }
  }
}
