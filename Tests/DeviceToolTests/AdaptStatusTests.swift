import SoundTool
import Testing

@testable import DeviceTool

@Suite struct AdaptStatusTests {
  private var status = AdaptStatus(
    partsPerMillion: -50.34, isLocked: true, target: 9600, fills: 9500.5...9700.9,
    meanRange: 9560.2...9644.9, cutCount: 0, discarded: 0)

  @Test func theLineHasTheMeansOnceLocked() {
    #expect(status.summary == "ratio -50.3 ppm, locked, 9560 to 9644 frames held (target 9600)")
    var searching = status
    searching.isLocked = false
    searching.meanRange = nil
    #expect(searching.summary == "ratio -50.3 ppm, not locked (target 9600)")
  }

  @Test func cutsAreCounted() {
    var cut = status
    cut.cutCount = 2
    cut.discarded = 95_611
    #expect(cut.summary.hasSuffix("(target 9600), 2 cuts of 95611 frames"))
  }

  @Test func theFeedHasWholeFrames() {
    #expect(
      JSON.object(status.members).line
        == #"{"ppm":-50.34,"locked":true,"target":9600,"fill_min":9500,"fill_max":9700,"#
        + #""cuts":0,"cut_frames":0}"#)
  }
}
