import PCM

@testable import SoundDevice

/// Virtual devices of a test's own: what happens to them happens to no other test.
struct VirtualDevices {
  let list: DeviceList
  let null: Device
  let loopback: Device

  /// - Parameter configuration: As `SD_VIRTUAL` has it.
  init(_ configuration: String) throws {
    let host = HostThread(
      .virtual, name: "sd-test-virtual",
      host: VirtualHost(configuration: try VirtualConfiguration(parsing: configuration)))
    let listing = try host.call("listing", limit: 5) {
      host throws(PortAudioError) in try host.listing()
    }
    list = DeviceList([(host, listing)])
    (null, loopback) = (list[0], list[1])
  }

  /// Mono floats from `virtual:null`.
  func input() throws -> RawAudioInputStream {
    try RawAudioInputStream(
      StreamParameters(device: null, channelCount: 1), format: .float32)
  }

  /// Mono floats to `virtual:null`.
  func output() throws -> RawAudioOutputStream {
    try RawAudioOutputStream(
      StreamParameters(device: null, channelCount: 1), format: .float32)
  }
}
