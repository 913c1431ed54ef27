import PCM
import TestSupport
import Testing

@testable import SoundFile

struct SunHeaderTests {
  static func header(_ words: [Int], mark: String = ".snd") -> [UInt8] {
    var bytes = HeaderBytes(isBigEndian: mark == ".snd")
    bytes.append(text: mark)
    for word in words { bytes.append(word, byteCount: 4) }
    return bytes.bytes
  }

  @Test func lengthsBeyond2GiBAreNotNegative() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("a.au")
    try save(Self.header([24, 3 << 30, 3, 48000, 2]), to: path)
    try lengthen(path, to: 24 + (3 << 30))
    #expect(try AudioFile(path: path).frameCount == (3 << 30) / 4)
    try save(Self.header([24, 0xFFFF_FFFF, 3, 48000, 2]), to: path)
    try lengthen(path, to: 24 + (5 << 30))
    #expect(try AudioFile(path: path).frameCount == (5 << 30) / 4)
  }

  @Test func remarksAndBothByteOrdersAreRead() throws {
    let samples = frames(50, channels: 1, .s24be)
    for (mark, encoding) in [(".snd", SampleEncoding.s24be), ("dns.", .s24le)] {
      let head = Self.header([32, samples.count, 4, 8000, 1], mark: mark) + text("a remark")[..<8]
      let feeder = PipeFeeder(head + samples + [9, 9, 9])
      let file = try AudioFile(feeder)
      #expect(file.encoding == encoding)
      #expect(file.frameCount == 50)
      #expect(try file.readAll() == samples)
      #expect(feeder.finish() == head.count + samples.count + 3)
    }
  }

  @Test func implausibleHeadersAreNone() {
    let plausible = [24, 100, 3, 48000, 2]
    #expect(SunHeader(Self.header(plausible)) != nil)
    for (index, value) in [(0, 23), (0, 1 << 30), (2, 0), (2, 28), (3, 0), (4, 0), (4, 5000)] {
      var words = plausible
      words[index] = value
      #expect(SunHeader(Self.header(words)) == nil, "\(words)")
    }
  }

  @Test(arguments: [nil, 0, 600, 1 << 33])
  func writtenHeadersAreReadBack(byteCount: Int?) throws {
    for encoding in SampleEncoding.allCases where encoding != .u8 {
      let plan = SunHeaderPlan(encoding: encoding, sampleRate: 44100, channelCount: 3)
      let header = plan?.bytes(dataByteCount: byteCount) ?? []
      let layout = try #require(SunHeader(header)?.layout)
      #expect(layout.encoding == encoding)
      #expect(layout.dataByteCount == (byteCount == 1 << 33 ? nil : byteCount))
      #expect(layout.channelCount == 3)
    }
    #expect(SunHeaderPlan(encoding: .u8, sampleRate: 8000, channelCount: 1) == nil)
  }
}
