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

  /// Words that two host APIs answer to select one with the host API's name behind them.
  @Test func theHostAPINarrowsDown() {
    func complaint(_ candidates: String...) -> String {
      DeviceFailure(DeviceError.ambiguous(query: "usb", candidates: candidates)).tool.message
    }
    #expect(
      complaint("USB Audio, ALSA", "alsa_output.usb, PulseAudio", "alsa_input.usb, PulseAudio")
        .hasSuffix("; -D 'usb alsa' is one"))
    #expect(
      complaint("usb, PulseAudio", "a, b usb, JACK Audio Connection Kit", "usb x, PulseAudio")
        .hasSuffix("; -D 'usb jack' is one"))
    #expect(complaint("usb, ALSA", "usb, ALSA #2").hasSuffix("'usb, ALSA #2'"))
    #expect(complaint("usb 1, ALSA", "usb 2, ALSA").hasSuffix("'usb 2, ALSA'"))
    #expect(complaint("usb 1, A", "usb 2, A", "usb 1, B", "usb 2, B").hasSuffix("'usb 2, B'"))
  }

  @Test func aServerWithoutASourceIsExplained() {
    func remedy(_ isServer: Bool, _ code: Int) -> String? {
      .missingSource(
        PortAudioError(.unanticipatedHostError, "opening", hostError: .init(code: code, text: "")),
        isServer: isServer)
    }
    #expect(
      remedy(true, -2)
        == "does the sound server have a source? -D monitor:NAME records a sink")
    #expect(remedy(true, -111) == nil && remedy(false, -2) == nil)
  }

  @Test func theEndOfAStreamNamesALostDevice() throws {
    let device = try VirtualDevices("rate=48000").null
    let lost = ToolError.running(PortAudioError(.hostLost, "reading stream"), device)
    #expect(lost == .failure(device.id, "device lost"))
    let other = ToolError.running(PortAudioError(.streamIsStopped, "reading stream"), device)
    #expect(other.message.hasPrefix("reading stream: "))
  }
}
