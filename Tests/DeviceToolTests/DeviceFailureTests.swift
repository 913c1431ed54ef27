import SoundTool
import Testing

@testable import DeviceTool
@testable import SoundDevice

@Suite struct DeviceFailureTests {
  @Test func whatTryingAgainDoesNotMendIsTriedOnce() throws {
    var count = 0
    #expect(throws: ToolError.failure("device", "has 2 channels, not 3")) {
      try DeviceFailure.retrying(seconds: 3600) { () throws(DeviceFailure) in
        count += 1
        throw DeviceFailure(.failure("device", "has 2 channels, not 3"))
      }
    }
    #expect(count == 1)
  }

  @Test func theEndOfAStreamNamesALostDevice() throws {
    let device = try VirtualDevices("rate=48000").null
    let lost = ToolError.running(PortAudioError(.hostLost, "reading stream"), device)
    #expect(lost == .failure(device.id, "device lost"))
    let other = ToolError.running(PortAudioError(.streamIsStopped, "reading stream"), device)
    #expect(other.message.hasPrefix("reading stream: "))
  }
}
