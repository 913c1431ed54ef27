import SoundTool
import Testing

@testable import PlotTool

@Suite struct OptionTests {
  @Test func rangesAreRead() throws {
    #expect(try Words.frequencyRange("100,8k") == 100...8_000)
    #expect(try Words.frequencyRange("0,22.05k") == 0...22_050)
    #expect(try Words.decibelRange("-90,0") == -90...0)
    #expect(try Words.decibelRange("-60.5,+6") == -60.5...6)
  }

  @Test(arguments: [
    "", "100", "100,", "8k,100", "100,100", "1,2,3", "a,b", "-1,5", "1e3,2e3", "nan,5",
  ])
  func badRangesAreRefused(_ text: String) {
    #expect(throws: InvalidValue.self) { try Words.frequencyRange(text) }
  }

  @Test func sizesAreRead() throws {
    #expect(try Words.pictureSize("1200x600") == PictureSize(width: 1_200, height: 600))
    for text in ["", "1200", "1200x", "x600", "10x10", "9000x600", "1200x600x3", "-1200x600"] {
      #expect(throws: InvalidValue.self) { try Words.pictureSize(text) }
    }
  }
}
