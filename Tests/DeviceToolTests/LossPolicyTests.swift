import SoundTool
import Testing

@testable import DeviceTool

@Suite struct LossPolicyTests {
  private let loss = LineGap(cause: .host, frameCount: 1)

  @Test func eachPolicyMeansWhatItSays() {
    #expect(!LossPolicy(xrun: .ignore).isReported(loss))
    #expect(LossPolicy(xrun: .ignore).status == .success)
    #expect(!LossPolicy(xrun: .ignore).isTotalReported)
    #expect(LossPolicy(xrun: .warn).isReported(loss) && !LossPolicy(xrun: .warn).ends(at: loss))
    #expect(LossPolicy(xrun: .warn).status == .success)
    #expect(LossPolicy(xrun: .fail).isReported(loss) && !LossPolicy(xrun: .fail).ends(at: loss))
    #expect(LossPolicy(xrun: .fail).status == .framesLost)
    #expect(LossPolicy(xrun: .abort).ends(at: loss))
    #expect(LossPolicy(xrun: .abort).status == .framesLost)
  }

  @Test(arguments: [LineGap.Cause.pause, .early, .reopening])
  func whatNobodyMissesIsNoLoss(_ cause: LineGap.Cause) {
    let gap = LineGap(cause: cause, frameCount: 1)
    #expect(!LossPolicy(xrun: .abort).isReported(gap) && !LossPolicy(xrun: .abort).ends(at: gap))
  }

  @Test func aHostFasterThanTimeLosesNothing() {
    var gap = loss
    gap.isFreewheeling = true
    #expect(!LossPolicy(xrun: .abort).isReported(gap) && !LossPolicy(xrun: .abort).ends(at: gap))
  }
}
