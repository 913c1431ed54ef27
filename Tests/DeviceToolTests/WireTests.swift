import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct WireTests {
  private func plan() -> WirePlan {
    var plan = WirePlan()
    plan.length = .frames(4801)
    plan.duplex.devices = DuplexPair(input: "virtual:loopback", output: "virtual:loopback")
    return plan
  }

  /// The callback ends with the block in which the length ends.
  @Test func itEndsWithTheLastBlock() throws {
    let wire = try Wire(plan())
    try wire.pass()
    let losses = wire.stream.losses
    #expect((4801..<4801 + 256).contains(losses.output.delivered), "\(losses)")
    #expect(losses.input.lost == 0 && losses.output.lost == 0)
  }

  @Test func unequalChannelsAreRefused() throws {
    var plan = plan()
    plan.duplex.channelCounts = DuplexPair(input: 1, output: 2)
    #expect(throws: ToolError.failure("", "1 channel in, 2 out; choose as many of both with -c")) {
      try Wire(plan)
    }
  }
}
