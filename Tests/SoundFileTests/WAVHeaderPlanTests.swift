import PCM
import TestSupport
import Testing

@testable import SoundFile

struct WAVHeaderPlanTests {
  static func header(
    _ encoding: SampleEncoding, channels: Int, layout: ChannelLayout? = nil,
    growth: WAVHeaderPlan.Growth = .none, byteCount: Int? = 100
  ) -> [UInt8] {
    WAVHeaderPlan(
      encoding: encoding, sampleRate: 44100, channelCount: channels, layout: layout, growth: growth)?
      .bytes(dataByteCount: byteCount) ?? []
  }

  static func tag(_ header: [UInt8]) -> Int {
    Int(integer(header, at: 20, count: 2, isBigEndian: false))
  }

  @Test(arguments: [SampleEncoding.u8, .s16le, .s24le, .s32le], [1, 2])
  func samplesOfOneOrTwoChannelsHaveTheHeaderOf44Bytes(encoding: SampleEncoding, channels: Int) {
    for byteCount in [nil, 100] {
      let header = Self.header(encoding, channels: channels, byteCount: byteCount)
      #expect(header.count == 44)
      #expect(fourCharacters(header, at: 12) == "fmt ")
      #expect(fourCharacters(header, at: 36) == "data")
      #expect(Self.tag(header) == 1)
      let unknown = byteCount == nil
      #expect(header[4..<8].allSatisfy { $0 == 0xFF } == unknown)
      #expect(header[40..<44].allSatisfy { $0 == 0xFF } == unknown)
      if let byteCount {
        #expect(integer(header, at: 4, count: 4, isBigEndian: false) == UInt64(36 + byteCount))
      }
    }
  }

  @Test func floatsHaveTheirTagAndAFactChunk() {
    let header = Self.header(.f32le, channels: 2)
    #expect(header.count == 58)
    #expect(Self.tag(header) == 3)
    #expect(fourCharacters(header, at: 38) == "fact")
    #expect(integer(header, at: 46, count: 4, isBigEndian: false) == 100 / 8)
  }

  @Test func onlyMoreChannelsOrTheirSpeakersMakeItExtensible() {
    #expect(Self.tag(Self.header(.s16le, channels: 3)) == 0xFFFE)
    #expect(Self.tag(Self.header(.s16le, channels: 2, layout: .standard(2))) == 1)
    let odd = ChannelLayout([.sideLeft, .sideRight])
    #expect(Self.tag(Self.header(.s16le, channels: 2, layout: odd)) == 0xFFFE)
  }

  @Test func encodingsThatWAVHasNotHaveNoHeader() {
    for encoding in [SampleEncoding.s8, .s16be, .f64be] {
      #expect(WAVHeaderPlan(encoding: encoding, sampleRate: 44100, channelCount: 1) == nil)
    }
  }

  @Test func aHeaderIsAsLongForEveryLength() throws {
    let origination = Origination(captured: 1_764_000_000, sampleRate: 44100)
    var tags = AudioFileTags()
    tags[.title] = "odd"
    for field in [WAVHeaderPlan.OriginationField.absent, .reserved, .known(origination)] {
      for growth in [WAVHeaderPlan.Growth.none, .toRF64, .isRF64] {
        let plan = try #require(
          WAVHeaderPlan(
            encoding: .f32le, sampleRate: 44100, channelCount: 6, layout: .standard(6),
            growth: growth, tags: tags, origination: field))
        let counts = [nil, 0, 24, 1 << 33].map { plan.bytes(dataByteCount: $0).count }
        #expect(Set(counts).count == 1)
      }
    }
  }

  @Test func aFileThatMayGrowHasRoomForLongLengths() {
    let short = Self.header(.s16le, channels: 2, growth: .toRF64)
    #expect(fourCharacters(short, at: 0) == "RIFF")
    #expect(fourCharacters(short, at: 12) == "JUNK")
    let long = Self.header(.s16le, channels: 2, growth: .toRF64, byteCount: 1 << 33)
    #expect(fourCharacters(long, at: 0) == "RF64")
    #expect(fourCharacters(long, at: 12) == "ds64")
    #expect(integer(long, at: 28, count: 8, isBigEndian: false) == 1 << 33)
    #expect(integer(long, at: 36, count: 8, isBigEndian: false) == 1 << 31)
  }

  @Test(arguments: [
    AudioFileWriter.Length.unknown, .atMost(1000), .exactly(1000), .atMost(1 << 30),
    .exactly(1 << 30),
  ])
  func roomIsLeftOnlyWhereTheLengthMayPass4GiB(length: AudioFileWriter.Length) throws {
    let folder = try TemporaryDirectory()
    var options = AudioFileWriter.Options()
    options.length = length
    var writer = try AudioFileWriter(
      path: folder.file("a.wav"), format: AudioFileFormat(.wav, encoding: .s16le),
      sampleRate: 48000, channelCount: 2, options: options)
    try writer.writeAll(AudioFileTests.samples)
    try writer.close()
    let bytes = try contents(of: folder.file("a.wav"))
    #expect(fourCharacters(bytes, at: 12) == (length.most == 1000 ? "fmt " : "JUNK"))
    #expect(try AudioFile(path: folder.file("a.wav")).readAll() == AudioFileTests.samples)
  }

  @Test(arguments: [AudioFileType.wav, .au])
  func aPipesHeaderTellsALengthThatIsKnown(type: AudioFileType) throws {
    let collector = PipeCollector()
    var options = AudioFileWriter.Options()
    options.length = .exactly(AudioFileTests.samples.count / 4)
    var writer = try AudioFileWriter(
      descriptor: collector.writing, format: AudioFileFormat(type, encoding: .s16le),
      sampleRate: 48000, channelCount: 2, options: options)
    try writer.writeAll(AudioFileTests.samples)
    try writer.close()
    let feeder = PipeFeeder(collector.finish())
    let file = try AudioFile(feeder)
    #expect(file.frameCount == AudioFileTests.samples.count / 4)
    #expect(try file.readAll() == AudioFileTests.samples)
  }

  @Test func oddDataIsPaddedAndCountedWithoutThePadding() throws {
    let folder = try TemporaryDirectory()
    let format = AudioFileFormat(.wav, encoding: .u8)
    try write([1, 2, 3], to: folder.file("a.wav"), format, channels: 1)
    let bytes = try contents(of: folder.file("a.wav"))
    #expect(bytes.count % 2 == 0)
    #expect(Int(integer(bytes, at: 4, count: 4, isBigEndian: false)) == bytes.count - 8)
    let file = try AudioFile(path: folder.file("a.wav"))
    #expect(file.frameCount == 3)
    #expect(try file.readAll() == [1, 2, 3])
  }
}
