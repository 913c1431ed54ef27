import Testing

@testable import SoundTool

@Suite struct ProgressLineTests {
  @Test func positionLengthPercentLevelsAndRemark() {
    let status = ProgressLine.Status(
      position: 12.38, length: 225, levels: [-12.34, -.infinity, 0, 3.25], remark: "lost 5")
    #expect(
      ProgressLine.text(of: status) == "0:12.3 / 3:45.0  5%  -12.3  -inf   0.0   3.3 dB  lost 5")
  }

  @Test func whatIsNotKnownIsNotShown() {
    #expect(ProgressLine.text(of: .init(position: 3723.99)) == "1:02:03.9")
    #expect(ProgressLine.text(of: .init(position: 0, length: 0)) == "0:00.0 / 0:00.0  100%")
  }
}
