import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct LossMessagesTests {
  private let words = LossMessages(rate: 48_000, isAligned: false)

  @Test(arguments: [
    (LineGap.Cause.host, "256 frames of input lost by the host at frame 48000 (1.000 s)"),
    (.overflow, "input overflow: 256 frames dropped at frame 48000 (1.000 s)"),
    (.trimmed, "input overflow: 256 frames dropped at frame 48000 (1.000 s)"),
    (.underflow, "output underflow: 256 frames of silence inserted at frame 48000 (1.000 s)"),
  ])
  func eachLossHasALine(cause: LineGap.Cause, line: String) {
    var gap = LineGap(cause: cause, frameCount: 256)
    #expect(words.line(for: gap, at: 48_000) == line)
    gap.isEstimated = true
    #expect(words.line(for: gap, at: 48_000) == line + ", estimated")
  }

  @Test func theTotalNamesWhatWasLost() {
    var report = LossReport()
    #expect(words.total(report) == nil)
    report.input.lost = 512
    report.input.lossCount = 2
    report.input.dropped = 7
    report.output.inserted = 9
    #expect(
      words.total(report)
        == "frames lost: 7 dropped, 512 of input lost by the host (2 times); "
        + "9 frames of silence inserted")
    let aligned = LossMessages(rate: 48_000, isAligned: true)
    #expect(aligned.total(report)?.contains("as many of input discarded") == true)
  }
}
