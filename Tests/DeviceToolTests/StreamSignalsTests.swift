import SoundDevice
import Testing

@testable import DeviceTool

@Suite struct StreamSignalsTests {
  @Test func aPauseHoldsEveryStream() throws {
    let devices = try VirtualDevices("pace=fast")
    let streams = [try devices.input(), try devices.input()]
    let signals = StreamSignals(streams.map { StreamLeg($0, devices.null) }) { "" }
    for stream in streams { try stream.start() }
    signals.pause()
    #expect(streams.allSatisfy { $0.isPaused })
    signals.resume()
    #expect(streams.allSatisfy { !$0.isPaused })
    #expect(!signals.hasFailed && signals.takeFailure() == nil)
    for stream in streams { try stream.close() }
  }
}
