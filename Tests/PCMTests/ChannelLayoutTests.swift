import PCM
import Testing

struct ChannelLayoutTests {
  @Test func aMaskNamesThePositionsInTheOrderOfItsBits() throws {
    let layout = try #require(ChannelLayout(mask: 0x60F, channelCount: 6))
    #expect(layout.positions.map(\.name) == ["FL", "FR", "FC", "LFE", "SL", "SR"])
    #expect(layout.name == "5.1(side)")
    #expect(layout.mask == 0x60F)
  }

  @Test(arguments: 1...8)
  func theStandardLayoutHasAsManyChannels(count: Int) throws {
    let layout = try #require(ChannelLayout.standard(count))
    #expect(layout.channelCount == count)
    #expect(ChannelLayout(mask: layout.mask, channelCount: count) == layout)
    #expect(!layout.name.contains("+"))
  }

  @Test func positionsAreTakenInAnyOrder() throws {
    let vorbis = try #require(
      ChannelLayout([.frontLeft, .frontCenter, .frontRight, .backLeft, .backRight, .lowFrequency]))
    #expect(vorbis == .standard(6))
    #expect(vorbis.name == "5.1")
    #expect(ChannelLayout([.frontLeft, .lowFrequency, .topCenter])?.name == "FL+LFE+TC")
  }

  @Test func whatDoesNotFitIsNoLayout() {
    #expect(ChannelLayout.standard(0) == nil)
    #expect(ChannelLayout.standard(9) == nil)
    #expect(ChannelLayout(mask: 0, channelCount: 6) == nil)
    #expect(ChannelLayout(mask: 0x3F, channelCount: 5) == nil)
    #expect(ChannelLayout(mask: 0x8000_0003, channelCount: 2) == nil)
    #expect(ChannelLayout([]) == nil)
    #expect(ChannelLayout([.frontLeft, .frontLeft]) == nil)
  }
}
