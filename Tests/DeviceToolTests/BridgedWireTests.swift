import PCM
import SoundDevice
import SoundTool
import Testing

@testable import DeviceTool

@Suite struct BridgedWireTests {
  @Test func twoDevicesAreJoined() throws {
    var plan = WirePlan()
    plan.length = .frames(9600)
    plan.duplex.devices = DuplexPair(input: "virtual:null", output: "virtual:loopback")
    let wire = try BridgedWire(plan)
    try wire.pass()
    let (input, output) = (wire.input.losses.input, wire.output.losses.output)
    #expect(input.delivered >= 9600 && input.lost == 0 && input.dropped == 0, "\(input)")
    // Resampled by the ratio of two clocks that are one; silence brings it to its latency.
    #expect(output.delivered >= 9500 && output.lost == 0, "\(output)")
  }
}
