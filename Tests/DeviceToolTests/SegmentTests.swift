import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct SegmentTests {
  @Test func framesAreCutWithoutACopy() {
    guard case .frames(let all) = frames([1, 2, 3, 4, 5]) else { return }
    #expect(values(all.dropFirst(2)) == [3, 4, 5])
    #expect(values(all.prefix(2)) == [1, 2])
    #expect(values(all.dropFirst(1).prefix(3)) == [2, 3, 4])
    guard case .frames(let timed) = frames([1, 2, 3], captured: 10) else { return }
    #expect(timed.prefix(2).captured == 10 && timed.dropFirst(2).captured == 10 + 2.0 / 48_000)
    #expect(all.dropFirst(9).count == 0 && all.prefix(9).count == 5)
  }

  @Test func onlyWhatSomebodyWantedIsALoss() {
    let losses: [LineGap.Cause] = [.host, .overflow, .underflow, .trimmed]
    #expect(losses.allSatisfy { LineGap(cause: $0, frameCount: 1).isLoss })
    #expect(!LineGap(cause: .pause, frameCount: 1).isLoss)
    #expect(!LineGap(cause: .early, frameCount: 1).isLoss)
  }
}
