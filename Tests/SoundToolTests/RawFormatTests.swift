import PCM
import Testing

@testable import SoundTool

/// The variables are left alone here: ToolTests set them for the programs.
@Suite struct RawFormatTests {
  @Test func eachOfTheThreeIsDecidedAlone() throws {
    #expect(RawFormat().resolved == RawFormat.standard)
    let rate = RawFormat(rate: 16_000).resolved
    #expect(rate == StreamFormat(encoding: .f32le, rate: 16_000, channelCount: 2))
    let encoding = RawFormat(encoding: .s16be).resolved
    #expect(encoding == StreamFormat(encoding: .s16be, rate: 48_000, channelCount: 2))
    let count = RawFormat(channelCount: 1).resolved
    #expect(count == StreamFormat(encoding: .f32le, rate: 48_000, channelCount: 1))
  }

  @Test func aReaderIsToldWhatItWouldNotGuess() {
    let stated = RawFormat(encoding: .s16le)
    func surprise(_ rate: Double, _ count: Int, _ stated: RawFormat) -> String? {
      stated.surprise(
        in: StreamFormat(encoding: .s16le, rate: rate, channelCount: count),
        assumed: RawFormat.standard)
    }
    #expect(surprise(48_000, 2, stated) == nil)
    #expect(surprise(44_100, 2, stated) == "44100 Hz; its reader needs -r 44100")
    #expect(
      surprise(44_100, 1, stated) == "44100 Hz, 1 channel; its reader needs -r 44100 -c 1")
    let all = RawFormat(encoding: .s16le, rate: 44_100, channelCount: 1)
    #expect(surprise(44_100, 1, all) == nil)
  }
}
