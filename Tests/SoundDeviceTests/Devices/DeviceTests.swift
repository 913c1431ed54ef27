import Testing

@testable import SoundDevice

struct DeviceTests {
  @Test func aDeviceHasEveryKeyOfTheAncestors() throws {
    let bench = try VirtualBench("rate=44100,channels=3,latency=4410")
    let device = bench.null
    #expect(device.name == "virtual:null" && device.index == 0)
    #expect(device.hostAPIIndex == 0 && device.hostAPIName == "Virtual")
    #expect(device.maxChannelCount(for: .input) == 3 && device.maxChannelCount(for: .output) == 3)
    #expect(device.latency(.low, for: .input) == 0)
    #expect(device.latency(.high, for: .output) == 0.1)
    #expect(device.latency(.seconds(3), for: .output) == 3)
    #expect(device.defaultSampleRate == 44_100)
    #expect(device.description == "virtual:null, Virtual (3 in, 3 out)")
    #expect(device.fullName == "virtual:null, Virtual" && device.id == device.fullName)
  }

  @Test func directionsPrintAsWords() {
    #expect(StreamDirection.allCases.map(\.description) == ["input", "output"])
  }

  @Test func errorsAreOneLine() {
    #expect(
      DeviceError.badVirtualConfiguration("'x': unknown").description
        == "SD_VIRTUAL: 'x': unknown")
    #expect(
      PortAudioError(.notFound(query: "x", direction: nil)).description
        == "finding device: no device 'x'")
  }
}
