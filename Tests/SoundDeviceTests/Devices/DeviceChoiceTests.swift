import PCM
import TestSupport
import Testing

@testable import SoundDevice

/// The process lists its devices once, so with the server that `JACKTests` need.
@Suite(.requires("jackd", "jack_lsp"), .usesSoundServer)
struct DeviceChoiceTests {
  init() async throws {
    _ = try await JACKServer.forThisProcess()
    PortAudioHost.clientName.withLock { $0 = "sd-unit-tests" }
  }

  private struct Favourite: DeviceChoice {
    func device(for direction: StreamDirection) throws(PortAudioError) -> Device {
      try DeviceList.current().find("virtual:\(direction == .input ? "null" : "loopback")")
    }
  }

  @Test func wordsNameADevice() throws {
    let stream = try AudioOutputStream<Float>(
      StreamParameters(device: "VIRTUAL:null, virtual", channelCount: 1))
    #expect(stream.outputDevice?.name == "virtual:null")
    var defaults = Defaults()
    defaults.input.device = "virtual:loopback"
    #expect(try defaults.input.device?.device(for: .input).name == "virtual:loopback")
    try Sound.play(SampleBuffer<Float>(frameCount: 10), device: "virtual:null").wait(
      timeout: .seconds(20))
  }

  @Test func anyTypeCanChooseByDirection() throws {
    let input = try AudioInputStream<Float>(StreamParameters(device: Favourite(), channelCount: 1))
    let output = try AudioOutputStream<Float>(
      StreamParameters(device: Favourite(), channelCount: 1))
    #expect(input.inputDevice?.name == "virtual:null")
    #expect(output.outputDevice?.name == "virtual:loopback")
  }

  @Test func wordsThatNameNoneOrSeveralSayWhich() {
    func failure(_ words: String) -> PortAudioError? {
      #expect(throws: PortAudioError.self) {
        try AudioOutputStream<Float>(StreamParameters(device: words))
      }
    }
    let none = failure("no such thing")
    #expect(none?.code == .invalidDevice)
    #expect(none?.description == "opening output stream: no output device 'no such thing'")
    let several = failure("virtual")
    #expect(several?.code == .invalidDevice)
    #expect(several?.description.contains("'virtual' matches several devices") == true)
  }

  private struct Failing: DeviceChoice {
    func device(for direction: StreamDirection) throws(PortAudioError) -> Device {
      throw PortAudioError(.hostLost, "listing devices")
    }
  }

  @Test func aHostThatDoesNotAnswerKeepsItsError() {
    let error = #expect(throws: PortAudioError.self) {
      try AudioOutputStream<Float>(StreamParameters(device: Failing()))
    }
    #expect(error == PortAudioError(.hostLost, "listing devices"))
  }
}
